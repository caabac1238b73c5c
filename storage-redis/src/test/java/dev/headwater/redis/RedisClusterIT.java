package dev.headwater.redis;

import static dev.headwater.redis.Awaited.value;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.EventStore;
import dev.headwater.history.EventStoreContract;
import dev.headwater.history.PageId;
import dev.headwater.history.PagesByTime;
import dev.headwater.history.SealSweep;
import dev.headwater.history.TimeDirection;
import dev.headwater.history.TimeRun;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.redis.testing.RedisCluster;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The store on three nodes: the contract of all stores, and slots that move while rooms are read and written. */
class RedisClusterIT extends EventStoreContract {
    private static final int PAGES = 8;

    @SuppressWarnings("NullAway.Init")
    private static RedisCluster cluster;

    @SuppressWarnings("NullAway.Init")
    private static RedisEventStore store;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.started();
        store = value(RedisEventStore.connect(RedisOptions.of(cluster.uri()).withReadTimeout(Duration.ofSeconds(20))));
    }

    @AfterAll
    static void stop() {
        store.close().block();
        cluster.close();
    }

    @Override
    protected EventStore store() {
        return store;
    }

    @Test
    void spreadsRoomsOverTheNodes() {
        for (int i = 0; i < 30; i++) {
            new LinearRoom("spread-" + i).grow(store, 1);
        }
        assertThat(cluster.nodes())
                .allSatisfy(node -> assertThat(node.command("DBSIZE")).isNotEqualTo(":0"));
        assertThat(value(store.rooms()
                        .filter(room -> room.value().startsWith("!spread-"))
                        .count()))
                .isEqualTo(30);
    }

    @Test
    void readsAreTheSameAtEveryStepOfASlotThatMoves() {
        var room = new LinearRoom("moving").grow(store, PAGES - 4);
        assertThat(room.seal(store)).isEqualTo(PAGES - 4);
        room.grow(store, 4);
        var move = cluster.startMoving(new String(new RedisKeys(room.id).head(), US_ASCII));
        long refusals = refusals();
        do {
            readAll(room);
        } while (move.step());
        readAll(room);
        assertThat(refusals() - refusals)
                .as("reads at once that Redis refused, all of which were then made key by key")
                .isGreaterThan(3L * PAGES);
        move.finish();
        readAll(room);
        room.grow(store, 3);
        readAll(room);
    }

    @Test
    void aPublicationWaitsForASlotThatMoves() {
        var room = new LinearRoom("written-while-moving").grow(store, PAGES);
        var move = cluster.startMoving(new String(new RedisKeys(room.id).head(), US_ASCII));
        assertThat(move.step()).isTrue();
        assertThat(move.step()).isTrue();
        var batch = room.next(4);
        var published = store.append(room.id, batch.bodies())
                .then(store.publish(batch.publication()))
                .toFuture();
        while (move.step()) {
            assertThat(value(store.plan(room.id, List.of())).head()).isEqualTo(room.head());
        }
        move.finish();
        assertThat(published.join()).isTrue();
        room.published(batch);
        readAll(room);
    }

    @Test
    void aSealingWaitsForASlotThatMoves() {
        var room = new LinearRoom("sealed-while-moving").grow(store, PAGES);
        var move = cluster.startMoving(new String(new RedisKeys(room.id).head(), US_ASCII));
        assertThat(move.step()).isTrue();
        assertThat(move.step()).isTrue();
        var sealing = new SealSweep(store).sweep(room.id).toFuture();
        while (move.step()) {
            readBodies(room);
        }
        move.finish();
        assertThat(sealing.join()).isEqualTo(PAGES);
        assertThat(room.seal(store)).isZero();
        readAll(room);
    }

    @Test
    void closesOnceWhileItAsksForTheShapeOfTheCluster() {
        RedisOptions defaults = RedisOptions.of(cluster.uri());
        var options = new RedisOptions(
                defaults.uri(),
                defaults.connectTimeout(),
                Duration.ofSeconds(20),
                defaults.writeTimeout(),
                defaults.requestQueue(),
                defaults.reconnectDelay(),
                Duration.ofMillis(1),
                defaults.movingSlotPatience());
        for (int i = 0; i < 15; i++) {
            RedisEventStore asking = value(RedisEventStore.connect(options));
            for (int reads = 0; reads < i; reads++) {
                assertThat(value(asking.pagesFrom(RoomId.parse("!none:example.org"), PageId.LOWEST, 1)))
                        .isEmpty();
            }
            asking.close().block();
            asking.close().block();
        }
    }

    private static void readBodies(LinearRoom room) {
        List<PageId> pages = LongStream.range(0, room.head().events() / PageId.LEVELS)
                .mapToObj(bucket -> new PageId(bucket, 0))
                .toList();
        value(store.window(room.id, pages)).pages().values().forEach(page -> {
            for (var side : page.side().sides()) {
                int end = side.bodyOffset() + side.bodyLength();
                assertThat(Arrays.copyOfRange(page.bodies(), side.bodyOffset(), end))
                        .isEqualTo(room.body(side.correctedDepth()));
            }
        });
    }

    private static void readAll(LinearRoom room) {
        long count = room.head().events();
        List<EventId> events =
                LongStream.range(0, count + 1).mapToObj(room::event).toList();
        var located = value(store.locate(room.id, events));
        assertThat(located.head()).isEqualTo(room.head());
        assertThat(located.places()).hasSize((int) count);
        var basis = value(store.basis(room.id, room.head().roomVersion(), events, Set.of()));
        assertThat(basis.head()).isEqualTo(room.head());
        assertThat(basis.places()).isEqualTo(located.places());
        List<PageId> pages = LongStream.rangeClosed(0, count / PageId.LEVELS)
                .mapToObj(bucket -> new PageId(bucket, 0))
                .toList();
        var window = value(store.window(room.id, pages));
        assertThat(window.pages()).hasSize(pages.size() - 1);
        readBodies(room);
        assertThat(value(store.plan(room.id, pages)).pages()).hasSize(pages.size() - 1);
        for (TimeDirection direction : TimeDirection.values()) {
            var byTime = value(store.pagesByTime(room.id, room.time(5 * 32 + 3), direction, 64));
            assertThat(byTime.pages()).contains(new PagesByTime.Near(new PageId(5, 0), 0));
            assertThat(byTime.pages().stream().map(PagesByTime.Near::page))
                    .containsAll(
                            direction == TimeDirection.FORWARDS
                                    ? pages.subList(5, pages.size() - 1)
                                    : pages.subList(0, 6));
        }
        assertThat(value(store.timeRuns(room.id, pages.subList(2, 3))))
                .isEqualTo(Map.of(new PageId(2, 0), List.of(new TimeRun(room.time(64), 15))));
        var lastPages = value(store.lastPages(
                room.id,
                LongStream.rangeClosed(0, count / PageId.LEVELS).boxed().toList()));
        assertThat(lastPages.pages().keySet()).isEqualTo(window.pages().keySet());
        assertThat(value(store.pagesFrom(room.id, PageId.LOWEST, 100))).isEqualTo(pages.subList(0, pages.size() - 1));
    }

    private static long refusals() {
        return cluster.nodes().stream()
                .mapToLong(node -> node.errors("TRYAGAIN"))
                .sum();
    }
}
