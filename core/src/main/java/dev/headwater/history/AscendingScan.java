package dev.headwater.history;

import dev.headwater.id.RoomId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Reads the side data of a room in ascending corrected depth, so that parents come before their children, one bucket of
 * depths at a time. It keeps that bucket, and of what it has passed only events that were raised beyond the bucket of
 * their page. For one reader, once.
 */
final class AscendingScan {
    private static final Comparator<Row> BY_DEPTH =
            Comparator.comparingLong(row -> row.side().correctedDepth());

    record Row(Place place, Side side) {}

    /**
     * All events whose corrected depth falls into one bucket.
     *
     * @param head of the same moment as the rows that were read for it
     * @param read how many pages were
     */
    record Level(RoomHead head, long bucket, int read, List<Row> rows) {}

    private final EventStore store;
    private final RoomId room;
    private final long fromBucket;
    private final Deque<PageId> ahead = new ArrayDeque<>();
    private final PriorityQueue<Row> raised = new PriorityQueue<>(BY_DEPTH);
    private @Nullable PageId listFrom;
    private boolean listed;

    AscendingScan(EventStore store, RoomId room, long fromBucket) {
        this.store = store;
        this.room = room;
        this.fromBucket = fromBucket;
    }

    /** The next level, which may have no rows. Empty after the last. Fails with {@link LostRaceException} as others publish. */
    Mono<Level> next() {
        return Mono.defer(() -> listFrom == null ? begin() : Mono.empty())
                .then(Mono.defer(this::list).repeat(this::mustList).then())
                .then(Mono.defer(this::level));
    }

    private Mono<Void> begin() {
        return store.plan(room, List.of())
                .doOnNext(none -> listFrom = none.head().raises() == 0 ? new PageId(fromBucket, 0) : PageId.LOWEST)
                .then();
    }

    /** Whether the next bucket may have pages that are not listed yet. */
    private boolean mustList() {
        return listFrom != null
                && !listed
                && (ahead.isEmpty()
                        || ahead.getFirst().bucket() == ahead.getLast().bucket());
    }

    private Mono<Void> list() {
        PageId first = listFrom;
        if (first == null || !mustList()) {
            return Mono.empty();
        }
        return store.pagesFrom(room, first, EventStore.MAX_PLAN)
                .doOnNext(pages -> {
                    listed = pages.size() < EventStore.MAX_PLAN;
                    ahead.addAll(pages);
                    if (!pages.isEmpty()) {
                        PageId last = pages.get(pages.size() - 1);
                        listFrom = new PageId(last.bucket(), last.part() + 1);
                    }
                })
                .then();
    }

    private Mono<Level> level() {
        Row lowestRaised = raised.peek();
        if (ahead.isEmpty() && lowestRaised == null) {
            return Mono.empty();
        }
        long byPages = ahead.isEmpty() ? Long.MAX_VALUE : ahead.getFirst().bucket();
        long byRaised = lowestRaised == null ? Long.MAX_VALUE : PageId.bucketOf(lowestRaised.side.correctedDepth());
        long bucket = Math.min(byPages, byRaised);
        List<PageId> pages = new ArrayList<>();
        while (!ahead.isEmpty() && ahead.getFirst().bucket() == bucket) {
            pages.add(ahead.removeFirst());
        }
        List<Row> rows = new ArrayList<>();
        return store.plan(room, List.of())
                .flatMap(none -> new SideReader(store)
                        .each(none.head(), pages, page -> take(page, bucket, rows))
                        .then(Mono.fromSupplier(() -> finish(none.head(), bucket, pages.size(), rows))));
    }

    private void take(SidePage page, long bucket, List<Row> rows) {
        for (int slot = 0; slot < page.sides().size(); slot++) {
            Row row = new Row(new Place(page.id(), slot), page.sides().get(slot));
            if (PageId.bucketOf(row.side.correctedDepth()) == bucket) {
                rows.add(row);
            } else {
                raised.add(row);
            }
        }
    }

    private Level finish(RoomHead head, long bucket, int read, List<Row> rows) {
        while (!raised.isEmpty() && PageId.bucketOf(raised.peek().side.correctedDepth()) == bucket) {
            rows.add(raised.remove());
        }
        if (bucket < fromBucket) {
            rows.clear();
        }
        rows.sort(BY_DEPTH);
        return new Level(head, bucket, read, rows);
    }
}
