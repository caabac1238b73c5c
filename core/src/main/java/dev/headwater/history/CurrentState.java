package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/**
 * Derives who is in a stored room now, from the room alone: a membership counts if one and the same event holds it on
 * every branch, and of ACLs on which branches differ all must admit a server. Missing history is a branch of which
 * nothing is known, so that what lies behind it or beside it does not count.
 *
 * <p>Two passes: over all side data, ascending, for the events that nothing follows; and from these backwards through
 * the whole room. It keeps a bit for each event, what a walk keeps, and the users of the room.
 */
public final class CurrentState {
    private final EventStore store;

    public CurrentState(EventStore store) {
        this.store = store;
    }

    /**
     * Derives the admission of a room; to be called when {@link VisibilitySweep} has left no edge lazy. Starts on
     * subscription and changes nothing: {@link EventStore#admit} does. Empty if the room is not stored. Fails with
     * {@link RoomContendedException} if others keep writing in between, {@link WalkTooWideException} and
     * {@link StoreUnavailableException}.
     */
    public Mono<RoomAdmission> of(RoomId room) {
        return RaceRetry.until(
                room,
                Mono.defer(() -> store.plan(room, List.of())
                        .flatMap(none ->
                                ends(none.head()).flatMap(ends -> new AdmissionWalk(store, none.head(), ends).run()))));
    }

    private Mono<Map<EventId, Place>> ends(RoomHead head) {
        List<PageId> pages = new ArrayList<>();
        RoomEnds ends = new RoomEnds();
        SideReader reader = new SideReader(store);
        return pages(head.room(), PageId.LOWEST, pages)
                .then(Mono.defer(() -> reader.each(head, pages, ends::note)))
                .then(Mono.defer(() -> {
                    ends.passThroughSilent();
                    return reader.each(head, pages, ends::gather);
                }))
                .then(Mono.fromSupplier(ends::found));
    }

    private Mono<Void> pages(RoomId room, PageId from, List<PageId> all) {
        PageId[] next = {from};
        boolean[] done = {false};
        return Mono.defer(() -> store.pagesFrom(room, next[0], EventStore.MAX_PLAN))
                .doOnNext(found -> {
                    all.addAll(found);
                    done[0] = found.size() < EventStore.MAX_PLAN;
                    if (!done[0]) {
                        PageId last = found.get(found.size() - 1);
                        next[0] = new PageId(last.bucket(), last.part() + 1);
                    }
                })
                .repeat(() -> !done[0])
                .then();
    }
}
