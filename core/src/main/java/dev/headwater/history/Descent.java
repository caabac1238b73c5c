package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One walk down a room, without any waiting: it says what it needs read and is handed what was read. For one thread at a
 * time.
 */
final class Descent {
    /** Side data older than this is read again before an event is shown by it: somebody may have marked the event. */
    static final long MAX_AGE_NANOS = EventStore.HONOURED_AFTER.dividedBy(2).toNanos();
    /** The width of the frontier at first, and where it gives up growing. */
    static final int FIRST_WIDTH = 16_384;

    static final int MAX_WIDTH = 4 * FIRST_WIDTH;

    /** Of a frontier as wide as twice the limit, what is forgotten is needed only if very much is silent or withheld. */
    private static final int MIN_WIDTH = 512;

    /** Reads for one and the same event that came to nothing: after so many the store is taken to have lost it. */
    private static final int MAX_TRIES = 16;

    private final RoomId room;
    private final Collection<EventId> from;
    private final long limit;
    private final Look look;
    private final LongSupplier clock;
    private final HeldPages held = new HeldPages();
    private final WindowPlan windows = new WindowPlan();
    private @Nullable Collection<Place> starts;
    private Frontier frontier;
    private int width;
    private @Nullable Place waitedFor;
    private int tries;
    private @Nullable RoomHead head;
    private long headReadAt;
    private long raises;
    private boolean lazyEdges;
    private long emitted;
    private @Nullable Rank last;
    // Set while the walk goes again over what it has emitted, to find what the frontier had to forget.
    private @Nullable Rank again;
    private long emittedAgain;

    /** Says what is to be seen of an event; null if that has to be found out first. Called once for an answer. */
    interface Look {
        @Nullable
        Sight at(Place place, Side side);
    }

    /** @param clock nanoseconds, monotonic */
    Descent(RoomId room, Collection<EventId> from, long limit, Look look, LongSupplier clock, int width) {
        this.room = room;
        this.from = Set.copyOf(from);
        this.limit = limit;
        this.look = look;
        this.clock = clock;
        this.width = (int) Math.min(width, Math.max(MIN_WIDTH, Math.min(limit, width) * 2));
        frontier = new Frontier(this.width);
    }

    /** Whether the room is known to be stored. */
    boolean hasBegun() {
        return starts != null;
    }

    /** Whether the event that is being looked at is the only one that the walk has heard of and not passed. */
    boolean nothingWaits() {
        return frontier.isEmpty() && frontier.cut() == null;
    }

    /** Whether nothing is left to do, as far as is known without reading. */
    boolean isDone() {
        return emitted >= limit || from.isEmpty() || (starts != null && frontier.isEmpty() && frontier.cut() == null);
    }

    /** @param demand how many events are asked for, at least 1 */
    WalkStep next(long demand) {
        if (isDone()) {
            return new WalkStep.Done();
        }
        if (starts == null) {
            return new WalkStep.Locate(from);
        }
        while (!isDone()) {
            if (mustGoAgain()) {
                goAgain(starts);
            }
            var next = frontier.firstRanked();
            var pending = frontier.firstPending();
            if (pending != null && (next == null || !pending.bound().isAfter(next.rank()))) {
                WalkStep read = rankPending(next == null ? null : next.rank(), pending, demand);
                if (read != null) {
                    return read;
                }
            } else if (next != null) {
                WalkStep step = visit(next.rank(), next.place(), demand);
                if (step != null) {
                    return step;
                }
            }
        }
        return new WalkStep.Done();
    }

    /** Reads what may come before {@code ranked}; null if it is at hand. */
    private @Nullable WalkStep rankPending(@Nullable Rank ranked, Frontier.Pending first, long demand) {
        HeldPage at = held.get(first.page());
        if (at != null && at.hasSide(frontier.highestPendingSlot(first.page()))) {
            frontier.rank(at.side());
            return null;
        }
        // What may come before the first event that is known, or else before any event of the first page.
        Rank end = ranked != null ? ranked : Rank.before(first.page().bucket() * PageId.LEVELS - 1);
        Set<PageId> needed = new HashSet<>();
        for (Frontier.Pending each : frontier.pending()) {
            if (each.bound().isAfter(end) || needed.size() == EventStore.MAX_PLAN) {
                break;
            }
            needed.add(each.page());
        }
        return again != null || needed.size() > EventStore.MAX_WINDOW
                ? new WalkStep.Read(needed, false, null)
                : window(needed, demand);
    }

    private void waitFor(Place wanted) {
        tries = wanted.equals(waitedFor) ? tries + 1 : 1;
        waitedFor = wanted;
        if (tries > MAX_TRIES) {
            throw new IllegalStateException("Room " + room + ": the store has lost what should be at " + wanted);
        }
    }

    private WalkStep.Read window(Set<PageId> needed, long demand) {
        return window(windows.pages(needed, frontier, held, demand, limit - emitted));
    }

    private WalkStep.Read window(Collection<PageId> pages) {
        boolean lately = clock.getAsLong() - headReadAt <= MAX_AGE_NANOS;
        return new WalkStep.Read(pages, true, lately ? head : null);
    }

    /** Comes to an event: null if there is nothing to show for it. */
    private @Nullable WalkStep visit(Rank rank, Place place, long demand) {
        if (again != null && rank.isAfter(again)) {
            if (emittedAgain != emitted) {
                throw new WalkMovedException(room);
            }
            again = null;
            held.clear();
        }
        HeldPage page = held.get(place.page());
        if (page == null || !(again == null ? page.hasBody(place.slot()) : page.hasSide(place.slot()))) {
            waitFor(place);
            return again == null
                    ? window(Set.of(place.page()), demand)
                    : new WalkStep.Read(
                            windows.pages(Set.of(place.page()), frontier, held, Long.MAX_VALUE, Long.MAX_VALUE),
                            false,
                            null);
        }
        if (again == null && clock.getAsLong() - page.readAt() > MAX_AGE_NANOS) {
            return new WalkStep.Read(
                    held.all().stream().map(each -> each.side().id()).toList(), false, null);
        }
        Side side = page.side().sides().get(place.slot());
        if (lazyEdges && page.lazy() == null && !HeldPage.unknown(side).isEmpty()) {
            return new WalkStep.Locate(unknownEdges());
        }
        if (!rank.isOf(side) || (last != null && !rank.isAfter(last))) {
            throw new WalkMovedException(room);
        }
        frontier.removeFirstRanked();
        Sight seen = look.at(place, side);
        if (seen == null) {
            frontier.addRanked(rank, place);
            return new WalkStep.Prepare(heldSides());
        }
        last = rank;
        if (seen == Sight.WITHHELD) {
            return null;
        }
        follow(side, page);
        if (side.silent()) {
            return null;
        }
        if (again != null) {
            emittedAgain++;
            return null;
        }
        emitted++;
        windows.shown(place.page());
        return new WalkStep.Emit(WalkedEvent.of(side, seen, page.bodies()));
    }

    private List<Side> heldSides() {
        List<Side> sides = new ArrayList<>();
        held.all().forEach(page -> sides.addAll(page.side().sides()));
        return sides;
    }

    private Set<EventId> unknownEdges() {
        Set<EventId> unknown = new HashSet<>();
        for (HeldPage page : held.all()) {
            if (page.lazy() == null) {
                unknown.addAll(page.unknown());
            }
        }
        return unknown;
    }

    private void follow(Side side, HeldPage page) {
        for (Edge edge : side.parents()) {
            Place parent = null;
            if (edge instanceof Edge.Known known) {
                parent = known.place();
            } else if (edge instanceof Edge.Unknown unknown && page.lazy() != null) {
                parent = page.lazy().get(unknown.id());
            }
            if (parent != null) {
                add(parent, side.correctedDepth() - 1);
            }
        }
    }

    private void add(Place place, long depthBound) {
        HeldPage page = held.get(place.page());
        if (page != null && page.hasSide(place.slot())) {
            frontier.addRanked(Rank.of(page.side().sides().get(place.slot())), place);
        } else {
            frontier.add(place, Rank.before(bound(place, depthBound)));
        }
    }

    private long bound(Place place, long depthBound) {
        return raises == 0 ? Math.min(depthBound, place.page().highestDepth()) : depthBound;
    }

    /** Takes the answer to a {@link WalkStep.Locate}. */
    void take(Located located) {
        take(located, clock.getAsLong());
    }

    /** As {@link #take(Located)}, for an answer that came at another moment. */
    void take(Located located, long readAt) {
        noteHead(located.head(), readAt);
        if (starts == null) {
            starts = Set.copyOf(located.places().values());
            starts.forEach(start -> frontier.add(start, Rank.before(bound(start, Long.MAX_VALUE))));
            return;
        }
        for (HeldPage page : held.all()) {
            if (page.lazy() == null) {
                Map<EventId, Place> found = new HashMap<>();
                for (EventId unknown : page.unknown()) {
                    Place place = located.places().get(unknown);
                    if (place != null) {
                        found.put(unknown, place);
                    }
                }
                held.put(page.withLazy(found));
            }
        }
    }

    /** Takes the answer to {@code asked}. */
    void take(WalkStep.Read asked, Pages read) {
        RoomHead since = asked.since();
        // If the version is that of the head that was read before, what is read may be as old as that.
        long now = since != null && since.version() == read.head().version() ? headReadAt : clock.getAsLong();
        noteHead(read.head(), now);
        boolean toKeep = asked.bodies() || again != null;
        if (asked.bodies()) {
            windows.note(asked.pages().size(), read.pages().values());
        }
        for (PageId id : asked.pages()) {
            Page page = read.pages().get(id);
            if (page == null) {
                if (frontier.waitsFor(id) || held.get(id) != null) {
                    throw new IllegalStateException("Room " + room + ": the store has lost page " + id);
                }
                continue;
            }
            HeldPage before = held.get(id);
            if (toKeep) {
                held.put(new HeldPage(page.side(), page.bodies(), now, before == null ? null : before.lazy()));
            } else if (before != null) {
                HeldPage refreshed = before.refreshed(page.side(), now);
                if (refreshed == null) {
                    held.remove(id);
                } else {
                    held.put(refreshed);
                }
            }
            frontier.rank(page.side());
        }
        held.trim(frontier, again == null ? 2 * EventStore.MAX_WINDOW : EventStore.MAX_PLAN);
    }

    private void noteHead(RoomHead read, long readAt) {
        head = read;
        headReadAt = readAt;
        lazyEdges = read.lazyEdges();
        if (starts != null && read.raises() != raises) {
            if (again != null || frontier.cut() != null) {
                throw new WalkMovedException(room);
            }
            held.clear();
            raises = read.raises();
            frontier.unrank();
        }
        raises = read.raises();
    }

    private boolean mustGoAgain() {
        Rank cut = frontier.cut();
        if (cut == null) {
            return false;
        }
        var next = frontier.firstRanked();
        var pending = frontier.firstPending();
        return (next == null || !cut.isAfter(next.rank())) && (pending == null || !cut.isAfter(pending.bound()));
    }

    private void goAgain(Collection<Place> places) {
        if (width >= MAX_WIDTH) {
            throw new WalkTooWideException(room, width);
        }
        width *= 2;
        frontier = new Frontier(width);
        held.clear();
        if (again == null) {
            again = last == null ? Rank.FIRST : last;
        }
        last = null;
        emittedAgain = 0;
        places.forEach(start -> frontier.add(start, Rank.before(bound(start, Long.MAX_VALUE))));
    }

    /** Says how many more events will probably be asked for soon, beside those that are. */
    void expect(int events) {
        windows.expect(events);
    }

    /** The read that is worth beginning while what is at hand is given out; null if there is none. */
    WalkStep.@Nullable Read ahead() {
        Collection<PageId> pages = again == null ? windows.ahead(frontier, held, limit - emitted) : Set.of();
        return pages.isEmpty() ? null : window(pages);
    }

    /** Keeps no page: what is needed will be read again. */
    void letGo() {
        held.clear();
        windows.startOver();
    }
}
