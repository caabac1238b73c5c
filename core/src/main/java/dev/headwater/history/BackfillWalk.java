package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The walk backwards through a room: from some events through all that precede them, newest first.
 *
 * <p>It reads only what is asked for. One event asked for is one look-up and one page; the memory that a walk takes does
 * not depend on its limit, and for a reader that asks for nothing for two seconds it keeps no page.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#backfilling-and-retrieving-missing-events">Backfilling</a>
 */
public final class BackfillWalk {
    private final EventStore store;
    private final LongSupplier clock;
    private final int width;
    private final StoppedReaders readers;

    public BackfillWalk(EventStore store) {
        this(store, System::nanoTime);
    }

    /** @param clock nanoseconds, monotonic */
    public BackfillWalk(EventStore store, LongSupplier clock) {
        this(store, clock, Descent.FIRST_WIDTH, Schedulers.parallel());
    }

    /** @param looks where readers are looked after that have stopped */
    BackfillWalk(EventStore store, LongSupplier clock, int width, Scheduler looks) {
        this.store = store;
        this.clock = clock;
        this.width = width;
        this.readers = new StoppedReaders(looks);
    }

    /**
     * Walks from {@code from}, these included, as one walk: each event once, a child always before its parents, by
     * corrected depth descending, then timestamp descending, then ID ascending.
     *
     * <p>Cold: each subscription walks anew and reads nothing before it is asked for an event; cancelling it cancels the
     * read that is under way, and no other follows. Empty if the room is not stored, or none of {@code from}, or if
     * nothing of them may be seen. Fails with {@link StoreUnavailableException}, {@link WalkMovedException} or
     * {@link WalkTooWideException}, each after any number of events.
     *
     * @param limit how many events are emitted at most
     * @param viewer who reads
     */
    public Flux<WalkedEvent> walk(RoomId room, Collection<EventId> from, long limit, Viewer viewer) {
        List<EventId> starts = List.copyOf(from);
        return walk(room, viewer, () -> descent(room, starts, limit, viewer));
    }

    /**
     * The same walk for who has looked up its starting events already: they are not looked up again.
     *
     * @param start the answer of {@link EventStore#locate}, of this moment
     * @param ahead for about how many events pages are read together at first, where fewer are asked for at a time; for a
     *     reader that goes on, for more, and before it comes to them. 0 to read for those alone that are asked for
     */
    public Flux<WalkedEvent> walk(Located start, long limit, Viewer viewer, int ahead) {
        RoomId room = start.head().room();
        long now = clock.getAsLong();
        return walk(room, viewer, () -> {
            Descent descent = descent(room, start.places().keySet(), limit, viewer);
            descent.expect(ahead);
            descent.take(start, now);
            return descent;
        });
    }

    private Descent descent(RoomId room, Collection<EventId> from, long limit, Viewer viewer) {
        return new Descent(room, from, limit, (place, side) -> viewer.sightOf(side), clock, width);
    }

    private Flux<WalkedEvent> walk(RoomId room, Viewer viewer, Supplier<Descent> descent) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super WalkedEvent> reader) {
                reader.onSubscribe(new WalkSubscription(reader, store, room, viewer, descent.get(), readers));
            }
        };
    }
}
