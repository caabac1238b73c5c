package dev.headwater.history;

import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One search of {@link EventByTime}: reads side pages, the nearest first, until no page that is left can hold a nearer event
 * than the one found. For one subscriber, once.
 */
final class TimestampSearch {
    /** Pages beyond the moment that are asked for at first: the answer lies in the first of them as a rule. */
    static final int FIRST_NAMED = 8;
    /** Pages that are read at most. */
    static final int MAX_PAGES = 1_024;
    /** Times that the store is asked for more pages at most. */
    static final int MAX_LISTINGS = 64;

    private static final int FIRST_PAGES = 16;
    /** Events that the viewer is asked to prepare for at once. */
    private static final int PREPARED = 64;

    private static final Comparator<Side> NEWEST_FIRST =
            Comparator.comparingLong(Side::originServerTs).reversed().thenComparing(Rank::of);

    private final EventStore store;
    private final EventByTime.Asked asked;
    private final RoomId room;
    private final long start;
    private final Viewer viewer;
    private final Comparator<Side> nearestFirst;

    // Distances are counted from the start, wherever a listing began.
    private final PriorityQueue<PagesByTime.Near> unread =
            new PriorityQueue<>(Comparator.comparingLong(PagesByTime.Near::distance));
    private final Set<PageId> read = new HashSet<>();
    private long listed;
    private int listings;
    private boolean tooMuch;
    private @Nullable Side best;

    TimestampSearch(EventStore store, EventByTime.Asked asked, PagesByTime begun, Viewer viewer) {
        this.store = store;
        this.asked = asked;
        this.room = asked.room();
        this.start = TimeRun.indexed(asked.ts());
        this.viewer = viewer;
        this.nearestFirst = asked.direction() == TimeDirection.BACKWARDS ? NEWEST_FIRST : NEWEST_FIRST.reversed();
        take(begun);
    }

    Mono<EventByTime.Found> run() {
        boolean[] done = {false};
        return Mono.defer(() -> {
                    Mono<Void> step = step();
                    done[0] = step == null;
                    return step == null ? Mono.empty() : step;
                })
                .repeat(() -> !done[0])
                .then(Mono.defer(this::found));
    }

    private Mono<EventByTime.Found> found() {
        Side side = best;
        return tooMuch || side == null
                ? Mono.empty()
                : Mono.just(new EventByTime.Found(side.id(), side.originServerTs()));
    }

    /** What is to be read next; null if nothing is. */
    private @Nullable Mono<Void> step() {
        Set<PageId> pages = nearest();
        tooMuch |= read.size() + pages.size() > MAX_PAGES;
        if (tooMuch) {
            return null;
        }
        if (!pages.isEmpty()) {
            return read(pages);
        }
        return bestDistance() < listed || listed == Long.MAX_VALUE ? null : list();
    }

    private long bestDistance() {
        Side side = best;
        return side == null
                ? Long.MAX_VALUE
                : asked.direction().distance(start, TimeRun.indexed(side.originServerTs()));
    }

    /** Pages that may hold a nearer event than the best one, some at a time; none that a nearer page may still come before. */
    private Set<PageId> nearest() {
        int most = read.isEmpty() ? FIRST_PAGES : EventStore.MAX_PLAN;
        long wanted = bestDistance();
        Set<PageId> pages = new LinkedHashSet<>();
        while (pages.size() < most) {
            PagesByTime.Near next = unread.peek();
            if (next == null || next.distance() > wanted || next.distance() >= listed) {
                break;
            }
            unread.remove();
            if (!read.contains(next.page())) {
                pages.add(next.page());
            }
        }
        return pages;
    }

    private Mono<Void> list() {
        if (++listings > MAX_LISTINGS) {
            tooMuch = true;
            return Mono.empty();
        }
        long from = asked.direction() == TimeDirection.FORWARDS ? start + listed : start - listed;
        return store.pagesByTime(room, from, asked.direction(), EventStore.MAX_BY_TIME)
                .switchIfEmpty(Mono.error(() -> new WalkMovedException(room)))
                .doOnNext(this::take)
                .then();
    }

    private void take(PagesByTime more) {
        tooMuch |= more.within() == 0;
        long begun = listed;
        more.pages().forEach(near -> unread.add(new PagesByTime.Near(near.page(), begun + near.distance())));
        listed = more.within() == Long.MAX_VALUE ? Long.MAX_VALUE : begun + more.within();
    }

    private Mono<Void> read(Set<PageId> pages) {
        return store.plan(room, pages)
                .switchIfEmpty(Mono.error(() -> new WalkMovedException(room)))
                .flatMap(plan -> {
                    List<Side> nearer = new ArrayList<>();
                    for (PageId id : pages) {
                        Page page = plan.pages().get(id);
                        // One that has just come into the store may be named before its side data is answered.
                        if (page != null) {
                            page.side().sides().stream().filter(this::mayBeBest).forEach(nearer::add);
                        }
                    }
                    read.addAll(pages);
                    nearer.sort(nearestFirst);
                    return choose(nearer, 0);
                });
    }

    private boolean mayBeBest(Side side) {
        return !side.silent()
                && asked.includes(side.originServerTs())
                && (best == null || nearestFirst.compare(side, best) < 0);
    }

    /** Takes the first that is seen for the best one. */
    private Mono<Void> choose(List<Side> sides, int from) {
        for (int i = from; i < sides.size(); i++) {
            Sight seen = viewer.sightOf(sides.get(i));
            if (seen == null) {
                int at = i;
                return viewer.prepare(room, sides.subList(at, Math.min(sides.size(), at + PREPARED)))
                        .then(Mono.defer(() -> choose(sides, at)));
            }
            if (seen != Sight.WITHHELD) {
                best = sides.get(i);
                break;
            }
        }
        return Mono.empty();
    }
}
