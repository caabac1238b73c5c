package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A page that a walk has at hand.
 *
 * @param bodies empty if only side data was read
 * @param readAt when its side data was read, in nanoseconds
 * @param lazy where its unknown edges lead; null if that was not asked
 */
record HeldPage(
        SidePage side, byte[] bodies, long readAt, @Nullable Map<EventId, Place> lazy) {
    /** Whether the event is in it, with its body. */
    boolean hasBody(int slot) {
        if (!hasSide(slot)) {
            return false;
        }
        Side event = side.sides().get(slot);
        return event.bodyOffset() + event.bodyLength() <= bodies.length;
    }

    boolean hasSide(int slot) {
        return slot < side.sides().size();
    }

    /** The same with side data that was read later; null if bodies have been changed meanwhile, so that these are not theirs. */
    @Nullable
    HeldPage refreshed(SidePage later, long now) {
        for (int slot = 0; slot < side.sides().size() && slot < later.sides().size(); slot++) {
            Side before = side.sides().get(slot);
            Side after = later.sides().get(slot);
            if (before.bodyOffset() != after.bodyOffset() || before.bodyLength() != after.bodyLength()) {
                return null;
            }
        }
        return new HeldPage(later, bodies, now, lazy);
    }

    HeldPage withLazy(Map<EventId, Place> found) {
        return new HeldPage(side, bodies, readAt, found);
    }

    List<EventId> unknown() {
        List<EventId> unknown = new ArrayList<>();
        for (Side event : side.sides()) {
            unknown.addAll(unknown(event));
        }
        return unknown;
    }

    static List<EventId> unknown(Side event) {
        List<EventId> unknown = new ArrayList<>();
        for (Edge edge : event.parents()) {
            if (edge instanceof Edge.Unknown parent) {
                unknown.add(parent.id());
            }
        }
        return unknown;
    }
}
