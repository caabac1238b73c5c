package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A store that counts what is asked of the one behind it, by subscription. */
public class CountingStore implements EventStore {
    public final AtomicLong locates = new AtomicLong();
    public final AtomicLong finds = new AtomicLong();
    public final AtomicLong plans = new AtomicLong();
    public final AtomicLong planPages = new AtomicLong();
    public final AtomicLong windows = new AtomicLong();
    public final AtomicLong windowPages = new AtomicLong();
    public final AtomicLong largestWindow = new AtomicLong();
    public final AtomicLong stateReads = new AtomicLong();
    public final AtomicLong stateChunksRead = new AtomicLong();
    public final AtomicLong listings = new AtomicLong();
    public final AtomicLong bases = new AtomicLong();
    public final AtomicLong appends = new AtomicLong();
    public final AtomicLong publishes = new AtomicLong();
    public final AtomicLong publishedPages = new AtomicLong();

    private final EventStore store;

    public CountingStore(EventStore store) {
        this.store = store;
    }

    /** All reads that a walk makes. */
    public long reads() {
        return locates.get() + plans.get() + windows.get();
    }

    @Override
    public Mono<Located> locate(RoomId room, Collection<EventId> events) {
        return counted(store.locate(room, events), locates);
    }

    @Override
    public Mono<Located> find(EventId event) {
        return counted(store.find(event), finds);
    }

    @Override
    public Mono<Pages> plan(RoomId room, Collection<PageId> pages) {
        return bounded(
                pages.size(),
                MAX_PLAN,
                counted(store.plan(room, pages), plans).doOnSubscribe(s -> planPages.addAndGet(pages.size())));
    }

    @Override
    public Mono<Pages> window(RoomId room, Collection<PageId> pages) {
        return bounded(
                pages.size(),
                MAX_WINDOW,
                counted(store.window(room, pages), windows).doOnNext(read -> {
                    windowPages.addAndGet(read.pages().size());
                    largestWindow.accumulateAndGet(read.pages().size(), Math::max);
                }));
    }

    @Override
    public Mono<RoomAdmission.OfServer> admission(RoomId room, ServerName server) {
        return store.admission(room, server);
    }

    @Override
    public Mono<Map<Long, byte[]>> stateChunks(RoomId room, Collection<Long> chunks) {
        return bounded(
                chunks.size(),
                MAX_STATE_CHUNKS,
                counted(store.stateChunks(room, chunks), stateReads)
                        .doOnSubscribe(s -> stateChunksRead.addAndGet(chunks.size())));
    }

    @Override
    public Mono<WriteBasis> basis(
            RoomId room, RoomVersion roomVersion, Collection<EventId> events, Collection<UserId> senders) {
        return counted(store.basis(room, roomVersion, events, senders), bases);
    }

    @Override
    public Mono<Pages> lastPages(RoomId room, Collection<Long> buckets) {
        return bounded(buckets.size(), MAX_PLAN, store.lastPages(room, buckets));
    }

    @Override
    public Mono<Map<PageId, Integer>> append(RoomId room, Map<PageId, byte[]> bodies) {
        return counted(store.append(room, bodies), appends);
    }

    @Override
    public Mono<Boolean> publish(Publication publication) {
        return counted(store.publish(publication), publishes)
                .doOnSubscribe(s -> publishedPages.addAndGet(publication.pages().size()));
    }

    @Override
    public Mono<Void> admit(RoomId room, RoomAdmission admission) {
        return store.admit(room, admission);
    }

    @Override
    public Mono<List<PageId>> pagesFrom(RoomId room, PageId first, int atMost) {
        return store.pagesFrom(room, first, atMost);
    }

    @Override
    public Mono<PagesByTime> pagesByTime(RoomId room, long time, TimeDirection direction, int atLeast) {
        return bounded(atLeast, MAX_BY_TIME, counted(store.pagesByTime(room, time, direction, atLeast), listings));
    }

    @Override
    public Mono<Map<PageId, List<TimeRun>>> timeRuns(RoomId room, Collection<PageId> pages) {
        return bounded(pages.size(), MAX_BY_TIME, store.timeRuns(room, pages));
    }

    @Override
    public Mono<RoomAdmission> wholeAdmission(RoomId room) {
        return store.wholeAdmission(room);
    }

    @Override
    public Mono<Tally> tally(RoomId room) {
        return store.tally(room);
    }

    @Override
    public Flux<RoomId> rooms() {
        return store.rooms();
    }

    private static <T> Mono<T> counted(Mono<T> call, AtomicLong count) {
        return call.doOnSubscribe(s -> count.incrementAndGet());
    }

    private static <T> Mono<T> bounded(int asked, int most, Mono<T> call) {
        return asked <= most
                ? call
                : Mono.error(new AssertionError("asked for " + asked + " things, " + most + " at most may be"));
    }
}
