package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.Collection;
import java.util.function.LongSupplier;
import reactor.core.publisher.Flux;

/**
 * The walk that fills a gap: from the latest events of one who asks, layer by layer backwards, until the earliest that it
 * has.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#post_matrixfederationv1get_missing_eventsroomid">
 *     Specification</a>
 */
public final class MissingEventsWalk {
    private final EventStore store;
    private final LongSupplier clock;
    private final ShownEvents events;
    private final int width;

    public MissingEventsWalk(EventStore store) {
        this(store, System::nanoTime, LayeredSearch.WIDTH);
    }

    /**
     * @param clock nanoseconds, monotonic
     * @param width events that the search hears of at most
     */
    MissingEventsWalk(EventStore store, LongSupplier clock, int width) {
        this.store = store;
        this.clock = clock;
        this.events = new ShownEvents(store, clock);
        this.width = width;
    }

    /**
     * Goes breadth first from {@code latest}, which are not emitted themselves, and never enters {@code earliest}; takes
     * {@code limit} events, within a layer the highest corrected depths first, then the lowest IDs; and emits them oldest
     * first, each after its parents.
     *
     * <p>Cold: each subscription walks anew and reads nothing before it is asked for an event. The events are chosen by
     * their side data before the first is emitted; what is held of bodies does not depend on the limit. A room of which
     * the search would hear or read too much gives fewer events: a hostile one, or for a limit far above 50 one of large
     * events. Cancelling cancels the read that is under way. Fails with {@link StoreUnavailableException} or
     * {@link WalkMovedException}.
     *
     * @param found where those of {@code latest} and {@code earliest} lie that are stored, of this moment
     * @param minDepth what has a lower corrected depth is neither emitted nor walked through
     * @param viewer who reads
     */
    public Flux<WalkedEvent> walk(
            Located found,
            Collection<EventId> latest,
            Collection<EventId> earliest,
            int limit,
            long minDepth,
            Viewer viewer) {
        RoomId room = found.head().room();
        // Hidden, since of a scalar the mapped one would be subscribed to without a demand.
        return Flux.just(room)
                .hide()
                .concatMap(
                        asked -> {
                            LayeredSearch search = new LayeredSearch(
                                    store, clock, found, latest, earliest, limit, minDepth, viewer, width);
                            return search.run()
                                    .thenMany(Flux.defer(
                                            () -> events.at(room, search.oldestFirst(), viewer, search.held())));
                        },
                        0);
    }
}
