package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        List<SidePage> pages = new ArrayList<>();
        return new SideReader(store)
                .each(before, edits.pages(), page -> pages.add(edits.apply(page)))
                .then(Mono.defer(
                        () -> store.publish(new Publication(after, pages, Map.of(), gaps, Set.of(), Set.of(), chunks))))
                .flatMap(taken -> taken ? Mono.empty() : Mono.error(new LostRaceException()));
    }
}
