package dev.headwater.history;

import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One try at a sweep: ends with {@link LostRaceException} as soon as somebody else publishes. For one subscriber, once. */
final class SealPass {
    /**
     * Pages of fewer bytes stay open: two or three events have little in common that could be said once, and each event that
     * came late would open a part of its own.
     */
    static final int MIN_BYTES = 2 * 1024;

    /** Plans after which progress is published though nothing was sealed. */
    private static final int MAX_SILENT_PLANS = 16;

    private final EventStore store;
    private final RoomId room;
    private final int minBytes;
    private final long[] sealed;
    private PageId next = PageId.LOWEST;
    private @Nullable RoomHead head;
    private int silentPlans;
    private boolean done;

    /** @param sealed counts the pages that were */
    SealPass(EventStore store, RoomId room, int minBytes, long[] sealed) {
        this.store = store;
        this.room = room;
        this.minBytes = minBytes;
        this.sealed = sealed;
    }

    Mono<Void> run() {
        return store.plan(room, List.of()).flatMap(none -> {
            if (none.head().sealFrom() == RoomHead.NOTHING_TO_SWEEP) {
                return Mono.empty();
            }
            head = none.head();
            next = new PageId(none.head().sealFrom(), 0);
            return Mono.defer(this::step).repeat(() -> !done).then();
        });
    }

    private Mono<Void> step() {
        return store.pagesFrom(room, next, EventStore.MAX_PLAN).flatMap(ids -> {
            done = ids.size() < EventStore.MAX_PLAN;
            // Whether the last one is the newest of the room is known when it is asked for again.
            List<PageId> here = done ? ids : ids.subList(0, ids.size() - 1);
            List<SidePage> open = new ArrayList<>();
            return new SideReader(store)
                    .each(head(), here, page -> {
                        if (!page.sealed()) {
                            open.add(page);
                        }
                    })
                    .then(Mono.defer(() -> {
                        open.sort(Comparator.comparing(SidePage::id));
                        SidePage newest = done && !open.isEmpty() ? newest(open, ids) : null;
                        return seal(open, newest).then(Mono.defer(() -> progress(ids, newest)));
                    }));
        });
    }

    /** The room's newest page, if it is open and may grow. */
    private static @Nullable SidePage newest(List<SidePage> open, List<PageId> ids) {
        SidePage last = open.get(open.size() - 1);
        return last.id().equals(ids.get(ids.size() - 1)) && !last.isFull() ? last : null;
    }

    private Mono<Void> seal(List<SidePage> open, @Nullable SidePage newest) {
        List<PageId> worth = open.stream()
                .filter(page -> page != newest && page.bodyEnd() >= minBytes)
                .map(SidePage::id)
                .toList();
        return Flux.fromIterable(worth)
                .buffer(EventStore.MAX_WINDOW)
                .concatMap(some -> store.window(room, some).flatMap(read -> seal(some, read)), 1)
                .then();
    }

    private Mono<Void> seal(List<PageId> ids, Pages read) {
        if (read.head().version() != head().version()) {
            return Mono.error(new LostRaceException());
        }
        List<SidePage> sides = new ArrayList<>();
        Map<PageId, byte[]> bodies = new HashMap<>();
        read.pages().forEach((id, page) -> {
            sides.add(page.side().asSealed());
            bodies.put(id, new BodyErasure(page).whole());
        });
        RoomHead after = head().next().withSealed(ids.get(ids.size() - 1).bucket());
        return publish(after, sides, bodies).then(Mono.fromRunnable(() -> sealed[0] += sides.size()));
    }

    private Mono<Void> progress(List<PageId> ids, @Nullable SidePage newest) {
        long below = RoomHead.NOTHING_TO_SWEEP;
        if (!done) {
            next = ids.get(ids.size() - 1);
            below = next.bucket();
        } else if (newest != null) {
            below = newest.id().bucket();
        }
        boolean silent = !done && ++silentPlans < MAX_SILENT_PLANS;
        return silent || below == head().sealFrom()
                ? Mono.empty()
                : publish(head().next().withSealed(below), List.of(), Map.of());
    }

    private Mono<Void> publish(RoomHead after, List<SidePage> sides, Map<PageId, byte[]> bodies) {
        return new EditPublisher(store).seal(after, sides, bodies).then(Mono.fromRunnable(() -> {
            head = after;
            silentPlans = 0;
        }));
    }

    private RoomHead head() {
        RoomHead now = head;
        if (now == null) {
            throw new IllegalStateException("The head of " + room + " was not read");
        }
        return now;
    }
}
