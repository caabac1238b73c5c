package dev.headwater.redis;

import static dev.headwater.redis.Awaited.value;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.history.EventKind;
import dev.headwater.history.NewEvent;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.RoomWriter;
import dev.headwater.history.StoreUnavailableException;
import dev.headwater.history.WriteResult;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import dev.headwater.redis.testing.RedisServer;
import dev.headwater.room.RoomVersion;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the store does when Redis dies, stops, is full or is the wrong one. */
class RedisFaultsIT {
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final List<AutoCloseable> opened = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private RedisServer server;

    @BeforeEach
    void start() {
        server = server();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private RedisServer server(String... settings) {
        RedisServer started = RedisServer.started(settings);
        opened.add(started);
        return started;
    }

    private RedisEventStore store(RedisServer at, Duration readTimeout) {
        RedisEventStore store = value(RedisEventStore.connect(
                RedisOptions.of(at.uri()).withReadTimeout(readTimeout).withWriteTimeout(PATIENT)));
        opened.add(() -> store.close().block());
        return store;
    }

    @Test
    void keepsWhatWasPublishedWhenRedisIsKilledAndGoesOnWhenItIsBack() {
        RedisEventStore store = store(server, PATIENT);
        var room = new LinearRoom("killed").grow(store, 5);
        server.kill();
        var batch = room.next(1);
        assertUnavailable(store.locate(room.id, List.of(room.event(1))));
        assertUnavailable(store.append(room.id, batch.bodies()));
        assertUnavailable(store.publish(batch.publication()));
        server.start();
        awaitAnswer(store, room);
        room.grow(store, 3);
        assertThat(value(store.locate(room.id, List.of(room.event(0), room.event(200))))
                        .places())
                .hasSize(2);
    }

    @Test
    void canRepeatAPublicationOfWhichTheOutcomeIsUnknown() {
        RedisEventStore store = store(server, PATIENT);
        var room = new LinearRoom("unknown-outcome").grow(store, 2);
        var batch = room.next(2);
        store.append(room.id, batch.bodies()).block();
        var publisher = new RoomPublisher(store.link(), new SealedBodies());
        server.stop();
        CompletableFuture<Boolean> published =
                publisher.publish(batch.publication(), 7).toFuture();
        server.kill();
        assertThatThrownBy(published::join).hasCauseInstanceOf(StoreUnavailableException.class);
        server.start();
        awaitAnswer(store, room);
        assertThat(value(publisher.publish(batch.publication(), 7))).isTrue();
        assertThat(value(publisher.publish(batch.publication(), 7))).isTrue();
        room.published(batch);
        assertThat(value(store.locate(room.id, List.of(room.event(100)))).head())
                .isEqualTo(room.head());
        room.grow(store, 1);
    }

    @Test
    void doesNotBlameRedisForAnEventLoopThatWasBusy() {
        var room = new LinearRoom("busy").grow(store(server, PATIENT), 1);
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        RedisEventStore store = value(
                RedisEventStore.connect(RedisOptions.of(server.uri()).withReadTimeout(Duration.ofMillis(200)), loops));
        opened.add(() -> {
            store.close().block();
            loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
        });
        var read = new CompletableFuture<Pages>();
        var busy = new CompletableFuture<Long>();
        loops.execute(() -> {
            store.plan(room.id, List.of()).subscribe(read::complete, read::completeExceptionally);
            busy.complete(computeFor(Duration.ofMillis(600)));
        });
        assertThat(busy.join()).isPositive();
        assertThat(read.join().head()).isEqualTo(room.head());
    }

    private static long computeFor(Duration time) {
        long begun = System.nanoTime();
        long turns = 0;
        while (System.nanoTime() - begun < time.toNanos()) {
            turns++;
        }
        return turns;
    }

    @Test
    void failsWhileRedisStandsStillWithoutGatheringRequests() {
        RedisEventStore store = store(server, Duration.ofMillis(200));
        var room = new LinearRoom("stopped");
        RedisEventStore patient = store(server, PATIENT);
        room.grow(patient, 2);
        server.stop();
        // The first wave loads classes and fills the queue.
        sendInVain(store, room, 2_000);
        long before = usedHeap();
        for (int wave = 0; wave < 20; wave++) {
            sendInVain(store, room, 2_000);
        }
        long grown = usedHeap() - before;
        System.out.printf("heap after 40,000 requests to a Redis that stands still: %+d KiB%n", grown / 1024);
        // What 40,000 requests would weigh that are gathered: more than a kilobyte each.
        assertThat(grown).isLessThan(24 << 20);
        server.resume();
        awaitAnswer(store, room);
    }

    private static void sendInVain(RedisEventStore store, LinearRoom room, int requests) {
        long failed = value(Flux.range(0, requests)
                .flatMap(
                        i -> store.window(room.id, List.of(new PageId(0, 0)))
                                .map(pages -> 0)
                                .onErrorResume(StoreUnavailableException.class, e -> Mono.just(1)),
                        requests)
                .reduce(0, Integer::sum));
        assertThat(failed).isEqualTo(requests);
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void servesOthersWhileOneAsksForNothing() {
        RedisEventStore store = store(server, PATIENT);
        var room = new LinearRoom("slow").grow(store, 4);
        List<BaseSubscriber<Object>> slow = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            var subscriber = new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {}
            };
            store.window(room.id, List.of(new PageId(0, 0), new PageId(1, 0)))
                    .cast(Object.class)
                    .subscribe(subscriber);
            slow.add(subscriber);
        }
        for (int i = 0; i < 50; i++) {
            assertThat(value(store.window(room.id, List.of(new PageId(i % 4, 0))))
                            .pages())
                    .hasSize(1);
        }
        slow.forEach(BaseSubscriber::cancel);
    }

    @Test
    void asksForNoMoreRoomsThanAreTakenAndNothingAfterCancellation() {
        RedisEventStore store = store(server, PATIENT);
        for (int i = 0; i < 100; i++) {
            new LinearRoom("many-" + i).grow(store, 1);
        }
        assertThat(server.command("CONFIG RESETSTAT")).isEqualTo("+OK");
        assertThat(store.rooms().take(1).count().block()).isEqualTo(1);
        // Every answer comes in order: when this one is there, all that was sent before it has been counted.
        value(store.pagesFrom(new LinearRoom("many-1").id, PageId.LOWEST, 1));
        assertThat(server.calls().getOrDefault("get", 0L)).isLessThan(80);
    }

    @Test
    void letsTwoProcessesWriteOneRoom() {
        RoomId room = RoomId.parse("!shared:example.org");
        RedisEventStore one = store(server, PATIENT);
        RedisEventStore other = store(server, PATIENT);
        new RoomWriter(one)
                .write(room, RoomVersion.V11, List.of(event(0, List.of())))
                .block();
        List<WriteResult> results = value(Flux.range(0, 10)
                .flatMap(
                        batch -> new RoomWriter(batch % 2 == 0 ? one : other)
                                .write(room, RoomVersion.V11, events(1 + batch * 30, 40)),
                        2)
                .collectList());
        assertThat(results.stream().mapToInt(WriteResult::taken).sum()).isEqualTo(310);
        List<EventId> all = new ArrayList<>();
        for (int n = 0; n < 311; n++) {
            all.add(event(n, List.of()).id());
        }
        var located = value(one.locate(room, all));
        assertThat(located.places()).hasSize(311);
        assertThat(located.head().events()).isEqualTo(311);
        assertThat(located.places().values()).doesNotHaveDuplicates();
    }

    private static List<NewEvent> events(int from, int count) {
        List<NewEvent> events = new ArrayList<>();
        for (int n = from; n < from + count; n++) {
            events.add(event(n, List.of(event(n - 1, List.of()).id())));
        }
        return events;
    }

    private static NewEvent event(int n, List<EventId> parents) {
        byte[] body = ("{\"n\":" + n + "}").getBytes(UTF_8);
        return new NewEvent(
                EventId.parse("$n" + n),
                UserId.parse("@u:a.test"),
                n,
                n,
                EventKind.ORDINARY,
                false,
                null,
                null,
                parents,
                body);
    }

    @Test
    void readsOnWhenRedisIsFull() {
        RedisServer small = server("--maxmemory", "12mb");
        RedisEventStore store = store(small, PATIENT);
        var room = new LinearRoom("full").grow(store, 4);
        PageId page = new PageId(1_000, 0);
        assertThatThrownBy(() -> Flux.range(0, 1_000)
                        .concatMap(i -> store.append(room.id, Map.of(page, new byte[100_000])))
                        .blockLast())
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("OOM");
        var batch = room.next(1);
        assertUnavailable(store.publish(batch.publication()));
        assertThat(value(store.window(room.id, List.of(new PageId(2, 0)))).pages())
                .hasSize(1);
        assertThat(small.command("CONFIG SET maxmemory 100mb")).isEqualTo("+OK");
        room.grow(store, 1);
    }

    @Test
    void refusesToWriteToAReplica() {
        RedisServer replica = server("--replicaof", "127.0.0.1", Integer.toString(server.port()));
        RedisEventStore store = store(server, PATIENT);
        var room = new LinearRoom("replicated").grow(store, 1);
        Awaitility.await()
                .atMost(PATIENT)
                .until(() -> replica.command("INFO replication").contains("master_link_status:up"));
        RedisEventStore behind = store(replica, PATIENT);
        assertUnavailable(behind.publish(room.next(1).publication()));
    }

    @Test
    void refusesAServerThatEvictsKeys() {
        RedisServer evicting = server("--maxmemory-policy", "allkeys-lru");
        assertThatThrownBy(() ->
                        RedisEventStore.connect(RedisOptions.of(evicting.uri())).block())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("allkeys-lru")
                .hasMessageContaining("noeviction");
    }

    @Test
    void saysThatNobodyListens() {
        server.kill();
        assertUnavailable(RedisEventStore.connect(RedisOptions.of(server.uri())));
        assertUnavailable(RedisEventStore.connect(RedisOptions.of("redis-cluster://127.0.0.1:" + server.port())));
    }

    private static void awaitAnswer(RedisEventStore store, LinearRoom room) {
        Awaitility.await()
                .atMost(PATIENT)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsMatching(StoreUnavailableException.class::isInstance)
                .until(() -> value(store.locate(room.id, List.of(room.event(1))))
                                .head()
                                .version()
                        >= room.head().version());
    }

    private static void assertUnavailable(Mono<?> call) {
        assertThatThrownBy(call::block).isInstanceOf(StoreUnavailableException.class);
    }
}
