package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** Publishes changes to events that are stored already. */
final class EditPublisher {
    private final EventStore store;

    EditPublisher(EventStore store) {
        this.store = store;
    }

    /** Fails with {@link LostRaceException}, with nothing changed, if the room is no longer at {@code before}. */
    Mono<Void> publish(RoomHead before, RoomHead after, PageEdits edits, Map<EventId, Gap> gaps) {
        return publish(before, after, edits, gaps, Map.of());
    }

    /** As above, with new state nodes. */
    Mono<Void> publish(
            RoomHead before, RoomHead after, PageEdits edits, Map<EventId, Gap> gaps, Map<Long, byte[]> chunks) {
        return publish(
                before,
                edits,
                pages -> new Publication(
                        after, pages, Map.of(), gaps, Set.of(), Map.of(), Set.of(), List.of(), Map.of(), chunks));
    }

    /** As above, with new marks, and with bodies changed. */
    Mono<Void> publish(
            RoomHead before,
            RoomHead after,
            PageEdits edits,
            Map<EventId, Mark> marks,
            List<BodyChange> bodies,
            Map<PageId, byte[]> sealedBodies) {
        return publish(
                before,
                edits,
                pages -> new Publication(
                        after, pages, Map.of(), Map.of(), Set.of(), marks, Set.of(), bodies, sealedBodies, Map.of()));
    }

    /**
     * Seals pages. Fails with {@link LostRaceException}, with nothing changed, if somebody else publishes.
     *
     * @param sealed as they are to be; may be none, for the sake of the head
     * @param bodies of each of them, whole
     */
    Mono<Void> seal(RoomHead after, List<SidePage> sealed, Map<PageId, byte[]> bodies) {
        return publish(Publication.ofSealed(after, sealed, bodies));
    }

    private Mono<Void> publish(RoomHead before, PageEdits edits, Function<List<SidePage>, Publication> change) {
        List<SidePage> pages = new ArrayList<>();
        return new SideReader(store)
                .each(before, edits.pages(), page -> pages.add(edits.apply(page)))
                .then(Mono.defer(() -> publish(change.apply(pages))));
    }

    private Mono<Void> publish(Publication publication) {
        return store.publish(publication).flatMap(taken -> taken ? Mono.empty() : Mono.error(new LostRaceException()));
    }
}
