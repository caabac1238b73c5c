package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An event store in the heap of one process, with the pages and the visibility rules of the lasting one. Thread safe. */
public final class MemoryEventStore implements EventStore {
    private final Map<RoomId, MemoryRoom> rooms = new ConcurrentHashMap<>();
    private final Map<EventId, RoomId> roomOf = new ConcurrentHashMap<>();

    @Override
    public Mono<Located> locate(RoomId room, Collection<EventId> events) {
        return read(room).mapNotNull(stored -> stored.locate(events));
    }

    @Override
    public Mono<Located> find(EventId event) {
        return Mono.fromSupplier(() -> roomOf.get(event))
                .flatMap(room -> locate(room, List.of(event)))
                .filter(found -> !found.places().isEmpty());
    }

    @Override
    public Mono<Pages> plan(RoomId room, Collection<PageId> pages) {
        return read(room).mapNotNull(stored -> stored.pages(pages, false));
    }

    @Override
    public Mono<Pages> window(RoomId room, Collection<PageId> pages) {
        return read(room).mapNotNull(stored -> stored.pages(pages, true));
    }

    @Override
    public Mono<RoomAdmission.OfServer> admission(RoomId room, ServerName server) {
        return read(room).mapNotNull(stored -> stored.admission(server));
    }

    @Override
    public Mono<Map<Long, byte[]>> stateChunks(RoomId room, Collection<Long> chunks) {
        return read(room).mapNotNull(stored -> stored.stateChunks(chunks));
    }

    @Override
    public Mono<WriteBasis> basis(
            RoomId room, RoomVersion roomVersion, Collection<EventId> events, Collection<UserId> senders) {
        return Mono.fromSupplier(() -> open(room).basis(RoomHead.empty(room, roomVersion), events, senders));
    }

    @Override
    public Mono<Pages> lastPages(RoomId room, Collection<Long> buckets) {
        return read(room).mapNotNull(stored -> stored.lastPages(buckets));
    }

    @Override
    public Mono<Map<PageId, Integer>> append(RoomId room, Map<PageId, byte[]> bodies) {
        return Mono.fromSupplier(() -> open(room).append(bodies));
    }

    @Override
    public Mono<Boolean> publish(Publication publication) {
        return Mono.fromSupplier(() -> {
            RoomId room = publication.head().room();
            publication.places().keySet().forEach(event -> roomOf.putIfAbsent(event, room));
            return open(room).publish(publication);
        });
    }

    @Override
    public Mono<Void> admit(RoomId room, RoomAdmission admission) {
        return Mono.fromRunnable(() -> open(room).admit(admission));
    }

    @Override
    public Mono<List<PageId>> pagesFrom(RoomId room, PageId first, int atMost) {
        return Mono.fromSupplier(() -> {
            MemoryRoom stored = rooms.get(room);
            return stored == null ? List.of() : stored.pagesFrom(first, atMost);
        });
    }

    @Override
    public Mono<PagesByTime> pagesByTime(RoomId room, long time, TimeDirection direction, int atLeast) {
        return read(room).mapNotNull(stored -> stored.pagesByTime(time, direction, atLeast));
    }

    @Override
    public Mono<Map<PageId, List<TimeRun>>> timeRuns(RoomId room, Collection<PageId> pages) {
        return read(room).mapNotNull(stored -> stored.timeRuns(pages));
    }

    @Override
    public Mono<RoomAdmission> wholeAdmission(RoomId room) {
        return read(room).mapNotNull(MemoryRoom::admission);
    }

    @Override
    public Mono<Tally> tally(RoomId room) {
        return read(room).mapNotNull(MemoryRoom::tally);
    }

    @Override
    public Flux<RoomId> rooms() {
        return Flux.defer(() -> Flux.fromIterable(rooms.entrySet())
                .filter(entry -> entry.getValue().exists())
                .map(Map.Entry::getKey));
    }

    private Mono<MemoryRoom> read(RoomId room) {
        return Mono.fromSupplier(() -> rooms.get(room));
    }

    private MemoryRoom open(RoomId room) {
        return rooms.computeIfAbsent(room, id -> new MemoryRoom());
    }
}
