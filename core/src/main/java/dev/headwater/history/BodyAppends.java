package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import reactor.core.publisher.Mono;

/** Appends the bodies of a write, and remembers where they lie, so that a lost race does not append them again. */
final class BodyAppends {
    /** A page that has grown to this size was appended to by writes that came to nothing: leave it alone. */
    static final int SPOILT_BYTES = 2 * PageId.MAX_BYTES;

    private record Lying(PageId page, int offset) {}

    private final EventStore store;
    private final RoomId room;
    private final Map<EventId, Lying> lying = new HashMap<>();
    private final Set<PageId> spoilt = new HashSet<>();
    private long bodyChanges;

    BodyAppends(EventStore store, RoomId room) {
        this.store = store;
        this.room = room;
    }

    /** Forgets what lies in pages since before bodies were changed, as that may have been taken away. */
    void noteHead(RoomHead head) {
        if (head.bodyChanges() != bodyChanges) {
            lying.clear();
            bodyChanges = head.bodyChanges();
        }
    }

    Set<PageId> spoilt() {
        return spoilt;
    }

    /** Where the body begins within the page that it was last appended to. */
    int offsetOf(EventId event) {
        Lying found = lying.get(event);
        if (found == null) {
            throw new IllegalStateException("The body of " + event + " was not appended");
        }
        return found.offset();
    }

    void forget(EventId event) {
        lying.remove(event);
    }

    /**
     * Appends the bodies of all events but those of whole pages. Fails with {@link LostRaceException} if a page turns out to
     * be spoilt, or sealed.
     */
    Mono<Void> append(List<NewEvent> events, Map<EventId, Place> places, WholePages whole) {
        Map<PageId, ByteArrayOutputStream> bytes = new HashMap<>();
        Map<EventId, Lying> relative = new HashMap<>();
        for (NewEvent event : events) {
            PageId page = Objects.requireNonNull(places.get(event.id())).page();
            Lying before = lying.get(event.id());
            if (!whole.holds(page) && (before == null || !before.page().equals(page))) {
                ByteArrayOutputStream out = bytes.computeIfAbsent(page, p -> new ByteArrayOutputStream());
                relative.put(event.id(), new Lying(page, out.size()));
                out.writeBytes(event.body());
            }
        }
        if (bytes.isEmpty()) {
            return Mono.empty();
        }
        Map<PageId, byte[]> bodies = new HashMap<>();
        bytes.forEach((page, out) -> bodies.put(page, out.toByteArray()));
        return store.append(room, bodies)
                .doOnNext(offsets -> remember(relative, offsets))
                .then();
    }

    private void remember(Map<EventId, Lying> relative, Map<PageId, Integer> offsets) {
        boolean again = false;
        for (Map.Entry<EventId, Lying> one : relative.entrySet()) {
            Lying at = one.getValue();
            Integer offset = offsets.get(at.page());
            if (offset == null) {
                again = true;
            } else {
                lying.put(one.getKey(), new Lying(at.page(), offset + at.offset()));
            }
        }
        for (Map.Entry<PageId, Integer> grown : offsets.entrySet()) {
            if (grown.getValue() >= SPOILT_BYTES) {
                spoilt.add(grown.getKey());
                again = true;
            }
        }
        if (again) {
            throw new LostRaceException();
        }
    }
}
