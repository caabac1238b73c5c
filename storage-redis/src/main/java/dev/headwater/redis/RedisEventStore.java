package dev.headwater.redis;

import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.PagesByTime;
import dev.headwater.history.Publication;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomHead;
import dev.headwater.history.Tally;
import dev.headwater.history.TimeDirection;
import dev.headwater.history.TimeRun;
import dev.headwater.history.WriteBasis;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import io.lettuce.core.KeyValue;
import io.lettuce.core.Limit;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An event store in Redis 6.2 or later, standalone, behind Sentinel or a cluster; docs/storage-schema.md says what it
 * writes. Thread safe; all callers share few connections to each node.
 *
 * <p>Results arrive on the thread that reads the connection: whoever computes for long moves elsewhere first. A read ends
 * within {@link RedisOptions#readTimeout} and a write within {@link RedisOptions#writeTimeout}; only while the room's slot
 * moves between nodes of a cluster may either take as long as {@link RedisOptions#movingSlotPatience}.
 */
public final class RedisEventStore implements EventStore {
    /** Events that one look-up names at most, so that it keeps nobody else waiting for long; more become several. */
    private static final int MAX_LOOK_UP = 2_000;

    private static final int LOOK_UPS_AT_ONCE = 4;
    private static final int APPENDS_AT_ONCE = 128;

    private final RedisConnector connector;
    private final RedisLink link;
    private final SingleKeyReads singleKeyReads;
    private final SealedBodies sealed = new SealedBodies();
    private final PageReads pages;
    private final RoomPublisher publisher;
    private final RoomList roomList;
    private final EventRooms eventRooms;
    private final TimeIndex timeIndex;

    private RedisEventStore(RedisConnector connector) {
        this.connector = connector;
        this.link = connector.link();
        this.singleKeyReads = new SingleKeyReads(link);
        this.pages = new PageReads(link, singleKeyReads, sealed);
        this.publisher = new RoomPublisher(link, sealed);
        this.roomList = new RoomList(link);
        this.eventRooms = new EventRooms(link);
        this.timeIndex = new TimeIndex(link, singleKeyReads);
    }

    /**
     * Connects on subscription. Fails with {@link dev.headwater.history.StoreUnavailableException} if Redis cannot be
     * reached, with {@link IllegalArgumentException} if the URI is none, with {@link IllegalStateException} if the server
     * is too old or evicts keys. Cancelling closes what was opened.
     *
     * @throws IllegalStateException if this machine cannot unpack sealed pages
     */
    public static Mono<RedisEventStore> connect(RedisOptions options) {
        load();
        return RedisConnector.connect(options, List.of()).map(RedisEventStore::new);
    }

    /**
     * As {@link #connect(RedisOptions)}, with a connection for each of the caller's event loops instead of a thread of
     * its own: who asks on one of them is answered on the same, with no other thread in between. The store must be closed
     * before the loops are.
     *
     * @param loops of NIO
     */
    public static Mono<RedisEventStore> connect(RedisOptions options, EventLoopGroup loops) {
        load();
        List<EventLoop> all = new ArrayList<>();
        loops.forEach(loop -> all.add((EventLoop) loop));
        return RedisConnector.connect(options, all).map(RedisEventStore::new);
    }

    /** Files are read here, where that may wait, and not when they are first needed. */
    private static void load() {
        RedisScript.load();
        SealedBodies.load();
    }

    /**
     * Closes the connections; what is under way fails. Subscribing again does nothing. Fails with
     * {@link dev.headwater.history.StoreUnavailableException} if a connection does not close within ten seconds.
     */
    public Mono<Void> close() {
        return connector.close().doFinally(end -> sealed.close());
    }

    /**
     * Has something done whenever a connection breaks, on the thread that finds it broken: what was read before may not
     * be what Redis holds when it is back, if another node has taken over.
     */
    public void whenDisconnected(Runnable action) {
        connector.whenDisconnected(action);
    }

    RedisLink link() {
        return link;
    }

    @Override
    public Mono<Located> locate(RoomId room, Collection<EventId> events) {
        return Mono.defer(() -> lookUp(room, List.copyOf(events), false, this::located)
                .reduce((all, more) -> new Located(all.head(), merged(all.places(), more.places()))));
    }

    @Override
    public Mono<Located> find(EventId event) {
        return eventRooms
                .find(event)
                .flatMap(keys -> lookUp(keys, List.of(event), false, (ids, values) -> {
                            byte[] stored = values.get(0);
                            return stored == null
                                    ? null
                                    : located(ids, RoomCodec.decodeHead(stored).head(), values);
                        })
                        .next())
                .filter(found -> !found.places().isEmpty());
    }

    @Override
    public Mono<WriteBasis> basis(
            RoomId room, RoomVersion roomVersion, Collection<EventId> events, Collection<UserId> senders) {
        // Of several look-ups the first one's head counts: what the later ones saw may be newer, and then publishing
        // fails.
        return Mono.defer(() -> lookUp(
                        room,
                        named(events, senders),
                        true,
                        (ids, head, values) -> ReadPages.basis(head, RoomHead.empty(room, roomVersion), ids, values))
                .reduce((all, more) -> new WriteBasis(
                        all.head(),
                        merged(all.places(), more.places()),
                        merged(all.gaps(), more.gaps()),
                        merged(all.marks(), more.marks()),
                        union(all.redactedSenders(), more.redactedSenders()))));
    }

    /** Users stand among the marks too: with another sign before it, no user's ID is an event's. */
    private static List<EventId> named(Collection<EventId> events, Collection<UserId> senders) {
        List<EventId> named = new ArrayList<>(events);
        senders.forEach(sender -> named.add(new EventId(sender.value())));
        return named;
    }

    @Override
    public Mono<Pages> plan(RoomId room, Collection<PageId> ids) {
        return pages.plan(room, ids);
    }

    @Override
    public Mono<Pages> window(RoomId room, Collection<PageId> ids) {
        return pages.window(room, ids);
    }

    @Override
    public Mono<Pages> lastPages(RoomId room, Collection<Long> buckets) {
        return pages.last(room, buckets);
    }

    @Override
    public Mono<RoomAdmission.OfServer> admission(RoomId room, ServerName server) {
        return Mono.defer(() -> {
            var keys = new RedisKeys(room);
            Mono<byte[]> head = link.send(redis -> redis.get(keys.head()));
            Mono<List<KeyValue<byte[], byte[]>>> fields =
                    link.send(redis -> redis.hmget(keys.admission(), Admissions.ACLS, Admissions.field(server)));
            return link.reading(Mono.zip(head, fields)
                    .mapNotNull(both ->
                            ReadPages.head(room, both.getT1()) == null ? null : Admissions.decode(both.getT2())));
        });
    }

    @Override
    public Mono<Map<Long, byte[]>> stateChunks(RoomId room, Collection<Long> chunks) {
        return Mono.defer(() -> {
            var keys = new RedisKeys(room);
            List<Long> numbers = List.copyOf(chunks);
            List<byte[]> names = numbers.stream().map(keys::stateChunk).toList();
            List<byte[]> all = new ArrayList<>(List.of(keys.head()));
            all.addAll(names);
            byte[][] asked = all.toArray(byte[][]::new);
            Mono<List<byte[]>> atOnce = link.send(redis -> redis.mget(asked)).map(ReadPages::values);
            Mono<List<byte[]>> oneByOne = singleKeyReads.pages(keys.head(), names, List.of());
            return link.reading(
                    atOnce.mapNotNull(values -> ReadPages.stateChunks(room, numbers, values)),
                    oneByOne.mapNotNull(values -> ReadPages.stateChunks(room, numbers, values)));
        });
    }

    @Override
    public Mono<Void> admit(RoomId room, RoomAdmission admission) {
        return Mono.defer(() -> {
            var keys = new RedisKeys(room);
            return link.writing(link.number(
                            RedisScript.ADMIT,
                            List.of(keys.head(), keys.admission()),
                            Admissions.arguments(room, admission)))
                    .then();
        });
    }

    @Override
    public Mono<Map<PageId, Integer>> append(RoomId room, Map<PageId, byte[]> bodies) {
        return Mono.defer(() -> {
            var keys = new RedisKeys(room);
            return Flux.fromIterable(Map.copyOf(bodies).entrySet())
                    .flatMap(
                            page -> link.writing(link.number(
                                            RedisScript.APPEND,
                                            List.of(keys.bodies(page.getKey())),
                                            List.of(page.getValue())))
                                    .filter(end -> end >= 0)
                                    .map(end ->
                                            Map.entry(page.getKey(), Math.toIntExact(end - page.getValue().length))),
                            APPENDS_AT_ONCE)
                    .collectMap(Map.Entry::getKey, Map.Entry::getValue);
        });
    }

    @Override
    public Mono<Boolean> publish(Publication publication) {
        RoomId room = publication.head().room();
        Mono<Boolean> published = publisher.publish(publication);
        // Events and rooms are listed before they exist: a list that names too many does no harm.
        Mono<Void> listed = publication.places().isEmpty()
                ? Mono.empty()
                : eventRooms.add(new RedisKeys(room), publication.places().keySet());
        return (publication.head().version() == 1 ? Mono.when(roomList.add(room), listed) : listed).then(published);
    }

    @Override
    public Mono<List<PageId>> pagesFrom(RoomId room, PageId first, int atMost) {
        return Mono.defer(() -> {
            var keys = new RedisKeys(room);
            Mono<byte[]> head = link.send(redis -> redis.get(keys.head()));
            Mono<List<byte[]>> members =
                    link.send(redis -> redis.zrangebylex(keys.pages(), PageListRange.from(first), Limit.from(atMost)));
            return link.reading(Mono.zip(head, members)
                    .filter(both -> ReadPages.head(room, both.getT1()) != null)
                    .map(both -> both.getT2().stream().map(RedisKeys::page).toList())
                    .defaultIfEmpty(List.of()));
        });
    }

    @Override
    public Mono<PagesByTime> pagesByTime(RoomId room, long time, TimeDirection direction, int atLeast) {
        return timeIndex.near(room, time, direction, atLeast);
    }

    @Override
    public Mono<Map<PageId, List<TimeRun>>> timeRuns(RoomId room, Collection<PageId> pages) {
        return timeIndex.of(room, pages);
    }

    @Override
    public Mono<RoomAdmission> wholeAdmission(RoomId room) {
        return Mono.defer(() -> {
            var keys = new RedisKeys(room);
            Mono<byte[]> head = link.send(redis -> redis.get(keys.head()));
            Mono<Map<byte[], byte[]>> fields = link.send(redis -> redis.hgetall(keys.admission()));
            return link.reading(Mono.zip(head, fields)
                    .mapNotNull(both ->
                            ReadPages.head(room, both.getT1()) == null ? null : Admissions.whole(both.getT2())));
        });
    }

    @Override
    public Mono<Tally> tally(RoomId room) {
        return Mono.defer(() -> {
            var keys = new RedisKeys(room);
            Mono<List<byte[]>> byScript = link.list(
                    RedisScript.TALLY,
                    List.of(keys.head(), keys.gaps(), keys.marks(), keys.times()),
                    List.of(keys.indexPrefix()));
            return link.reading(
                    byScript.mapNotNull(values -> ReadPages.tally(room, values)),
                    singleKeyReads.tally(keys).mapNotNull(values -> ReadPages.tally(room, values)));
        });
    }

    /** All rooms, in no order; asks for them as they are asked for. */
    @Override
    public Flux<RoomId> rooms() {
        return roomList.all();
    }

    /** What an answer to a look-up means; null if the room is not stored. */
    private interface Meaning<T> {
        @Nullable
        T of(List<EventId> ids, @Nullable RoomHead head, List<byte[]> values);
    }

    private interface Reply<T> {
        @Nullable
        T of(List<EventId> ids, List<byte[]> values);
    }

    private <T> Flux<T> lookUp(RoomId room, List<EventId> ids, boolean writer, Meaning<T> meaning) {
        return lookUp(
                new RedisKeys(room),
                ids,
                writer,
                (some, values) -> meaning.of(some, ReadPages.head(room, values.get(0)), values));
    }

    private <T> Flux<T> lookUp(RedisKeys keys, List<EventId> ids, boolean writer, Reply<T> meaning) {
        List<byte[]> names = writer ? List.of(keys.head(), keys.gaps(), keys.marks()) : List.of(keys.head());
        int parts = Math.max(1, (ids.size() + MAX_LOOK_UP - 1) / MAX_LOOK_UP);
        return Flux.range(0, parts)
                .flatMapSequential(
                        part -> {
                            List<EventId> some =
                                    ids.subList(part * MAX_LOOK_UP, Math.min(ids.size(), (part + 1) * MAX_LOOK_UP));
                            List<byte[]> fields = RedisKeys.fields(some);
                            List<byte[]> arguments = new ArrayList<>(List.of(keys.indexPrefix()));
                            arguments.addAll(fields);
                            Mono<List<byte[]>> byScript = link.list(RedisScript.LOCATE, names, arguments);
                            Mono<List<byte[]>> oneByOne = singleKeyReads.locate(keys, fields, writer);
                            return link.reading(
                                    byScript.mapNotNull(values -> meaning.of(some, values)),
                                    oneByOne.mapNotNull(values -> meaning.of(some, values)));
                        },
                        LOOK_UPS_AT_ONCE);
    }

    private @Nullable Located located(List<EventId> ids, @Nullable RoomHead head, List<byte[]> values) {
        return head == null ? null : new Located(head, ReadPages.places(ids, values));
    }

    private static <K, V> Map<K, V> merged(Map<K, V> a, Map<K, V> b) {
        Map<K, V> all = new HashMap<>(a);
        all.putAll(b);
        return all;
    }

    private static <T> Set<T> union(Set<T> a, Set<T> b) {
        Set<T> all = new HashSet<>(a);
        all.addAll(b);
        return all;
    }
}
