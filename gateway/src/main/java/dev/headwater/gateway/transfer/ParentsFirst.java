package dev.headwater.gateway.transfer;

import dev.headwater.id.EventId;
import java.util.Arrays;
import java.util.Collection;

/**
 * Tells of the events of a dump, one after another, which can be written as they come: those whose parents all came before
 * them and could be as well. Some 20 bytes for each of these, nothing for the others.
 */
final class ParentsFirst {
    private static final long NONE = 0;

    private final Fingerprints fingerprints = new Fingerprints();
    private long[] slots = new long[1024];
    private int size;

    /** Whether the event can be written now. Two IDs with one fingerprint would cost a better order, nothing else. */
    boolean take(EventId id, Collection<EventId> prevEvents) {
        for (EventId parent : prevEvents) {
            if (slots[slot(slots, fingerprint(parent))] == NONE) {
                return false;
            }
        }
        add(fingerprint(id));
        return true;
    }

    private void add(long fingerprint) {
        int slot = slot(slots, fingerprint);
        if (slots[slot] == NONE) {
            slots[slot] = fingerprint;
            size++;
            if (size > slots.length / 4 * 3) {
                grow();
            }
        }
    }

    private void grow() {
        long[] larger = new long[2 * slots.length];
        Arrays.stream(slots).filter(one -> one != NONE).forEach(one -> larger[slot(larger, one)] = one);
        slots = larger;
    }

    private long fingerprint(EventId id) {
        long fingerprint = fingerprints.of(id);
        return fingerprint == NONE ? 1 : fingerprint;
    }

    private static int slot(long[] slots, long fingerprint) {
        int slot = (int) fingerprint & (slots.length - 1);
        while (slots[slot] != NONE && slots[slot] != fingerprint) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }
}
