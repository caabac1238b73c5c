package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import reactor.core.publisher.Mono;

/**
 * Finds the event of a room that is next to a moment, by the times that events claim ({@code origin_server_ts}), among those
 * that the reader gets to see. Of several with the same time the walk's order decides (see {@link BackfillWalk}): backwards
 * the first of them is found, forwards the last, so the one nearest by its depth.
 *
 * <p>Every method starts on subscription and sends no further command to the store once it is cancelled. Fails with {@link
 * StoreUnavailableException}.
 */
public final class EventByTime {
    private final EventStore store;

    public EventByTime(EventStore store) {
        this.store = store;
    }

    /**
     * A question.
     *
     * @param ts milliseconds since the epoch; an event of that very time is next to it in both directions
     */
    public record Asked(RoomId room, long ts, TimeDirection direction) {
        /** Whether an event of such a time lies on the asked side. */
        boolean includes(long originServerTs) {
            return direction == TimeDirection.FORWARDS ? originServerTs >= ts : originServerTs <= ts;
        }
    }

    /** An answer. */
    public record Found(EventId id, long originServerTs) {}

    /** What {@link #find} begins with, in one round trip. Empty if the room is not stored. */
    public Mono<PagesByTime> begin(Asked asked) {
        return store.pagesByTime(
                asked.room(), TimeRun.indexed(asked.ts()), asked.direction(), TimestampSearch.FIRST_NAMED);
    }

    /**
     * Finds the event. Empty if there is none, and where it would take too much to tell: where events of 1,000 pages claim to
     * lie on both sides of the moment, or none of the 1,024 nearest pages holds one that is seen. Fails with {@link
     * WalkMovedException} if the room is gone in the middle.
     *
     * @param begun what {@link #begin} gave for the same question
     */
    public Mono<Found> find(Asked asked, PagesByTime begun, Viewer viewer) {
        return Mono.defer(() -> new TimestampSearch(store, asked, begun, viewer).run());
    }
}
