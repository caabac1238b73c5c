package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Mono;

/** Takes the word of the system of record for the state before an event, where the history before it is missing. */
public final class Anchors {
    private final EventStore store;

    public Anchors(EventStore store) {
        this.store = store;
    }

    /**
     * Marks an event as open because the state before it is: its history visibility is {@code shared},
     * {@code world_readable} or absent. What follows it is opened by the next {@link VisibilitySweep}.
     *
     * <p>Starts on subscription; can be repeated. False, with nothing changed, if the event itself restricts what is
     * seen. Empty if it is not stored. Fails with {@link RoomContendedException} if others keep writing in between, and
     * with {@link StoreUnavailableException}.
     */
    public Mono<Boolean> open(RoomId room, EventId event) {
        return RaceRetry.until(
                room,
                Mono.defer(() -> store.locate(room, Set.of(event)).flatMap(located -> {
                    Place place = located.places().get(event);
                    return place == null ? Mono.empty() : open(located.head(), place);
                })));
    }

    private Mono<Boolean> open(RoomHead head, Place place) {
        return store.plan(head.room(), Set.of(place.page())).flatMap(read -> {
            Page page = read.pages().get(place.page());
            if (page == null || read.head().version() != head.version()) {
                return Mono.error(new LostRaceException());
            }
            Side side = page.side().sides().get(place.slot());
            if (side.kind() == EventKind.RESTRICTS_HISTORY || side.kind() == EventKind.OTHER_HISTORY) {
                return Mono.just(false);
            }
            if (side.visibility().isOpen()) {
                return Mono.just(true);
            }
            PageEdits edits = new PageEdits();
            edits.add(
                    place,
                    before -> before.withVisibility(Visibility.OPEN)
                            .withState(new StateAround(StateRoot.UNKNOWN, StateRoot.UNKNOWN, true)));
            long sweepFrom = Math.min(head.sweepFrom(), PageId.bucketOf(side.correctedDepth()));
            return new EditPublisher(store)
                    .publish(head, head.next().withSweep(head.lazyEdges(), sweepFrom), edits, Map.of())
                    .thenReturn(true);
        });
    }
}
