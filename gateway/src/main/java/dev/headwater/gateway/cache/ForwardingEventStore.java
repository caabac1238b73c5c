package dev.headwater.gateway.cache;

import dev.headwater.history.EventStore;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.PagesByTime;
import dev.headwater.history.Publication;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.Tally;
import dev.headwater.history.TimeDirection;
import dev.headwater.history.TimeRun;
import dev.headwater.history.WriteBasis;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A store that hands on to another one what nothing is to be remembered of: writes, and reads that are seldom or that change. */
abstract class ForwardingEventStore implements EventStore {
    protected final EventStore store;

    ForwardingEventStore(EventStore store) {
        this.store = store;
    }

    @Override
    public Mono<WriteBasis> basis(
            RoomId room, RoomVersion roomVersion, Collection<EventId> events, Collection<UserId> senders) {
        return store.basis(room, roomVersion, events, senders);
    }

    @Override
    public Mono<Pages> lastPages(RoomId room, Collection<Long> buckets) {
        return store.lastPages(room, buckets);
    }

    @Override
    public Mono<Map<PageId, Integer>> append(RoomId room, Map<PageId, byte[]> bodies) {
        return store.append(room, bodies);
    }

    @Override
    public Mono<Boolean> publish(Publication publication) {
        return store.publish(publication);
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
        return store.pagesByTime(room, time, direction, atLeast);
    }

    @Override
    public Mono<Map<PageId, List<TimeRun>>> timeRuns(RoomId room, Collection<PageId> pages) {
        return store.timeRuns(room, pages);
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
}
