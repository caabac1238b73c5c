package dev.headwater.redis;

import static dev.headwater.redis.Awaited.present;
import static dev.headwater.redis.Awaited.value;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.EventStore;
import dev.headwater.history.PageId;
import dev.headwater.history.PagesByTime;
import dev.headwater.history.Publication;
import dev.headwater.history.RoomHead;
import dev.headwater.history.SidePage;
import dev.headwater.history.TimeDirection;
import dev.headwater.history.TimeRun;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.redis.testing.RedisServer;
import dev.headwater.room.RoomVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How events, pages and rooms are found in a real Redis: by the index, by time, in lists. */
class RedisLookUpsIT {
    @SuppressWarnings("NullAway.Init")
    private static RedisServer server;

    @SuppressWarnings("NullAway.Init")
    private static RedisEventStore store;

    @BeforeAll
    static void start() {
        server = RedisServer.started();
        store = value(RedisEventStore.connect(RedisOptions.of(server.uri()).withReadTimeout(Duration.ofSeconds(20))));
    }

    @AfterAll
    static void stop() {
        store.close().block();
        server.close();
    }

    @Test
    void findsEveryEventWhileTheIndexGrowsShardByShard() {
        var room = new LinearRoom("growing");
        for (int step = 0; step < 40; step++) {
            room.grow(store, 1 + step % 9);
            List<EventId> all = new ArrayList<>();
            for (long n = 0; n < room.head().events(); n++) {
                all.add(room.event(n));
            }
            all.add(EventId.parse("$absent"));
            var located = value(store.locate(room.id, all));
            assertThat(located.head()).isEqualTo(room.head());
            assertThat(located.places()).hasSize(all.size() - 1);
            for (long n = 0; n < room.head().events(); n++) {
                assertThat(located.places()).containsEntry(room.event(n), room.place(n));
            }
        }
    }

    @Test
    void keepsEveryShardOfTheIndexInTheSmallEncoding() {
        var room = new LinearRoom("small-shards").grow(store, 300);
        var keys = new RedisKeys(room.id);
        long shards = 1 + room.head().events() / 64;
        for (long shard = 0; shard < shards; shard++) {
            String key = new String(keys.index(shard), US_ASCII);
            assertThat(server.command("OBJECT ENCODING " + key)).isIn("ziplist", "listpack");
        }
        assertThat(server.command("EXISTS " + new String(keys.index(shards), US_ASCII)))
                .isEqualTo(":0");
    }

    @Test
    void readsKeyByKeyWhatItReadsAtOnce() {
        var room = new LinearRoom("key-by-key").grow(store, 20);
        var keys = new RedisKeys(room.id);
        var singleKeyReads = new SingleKeyReads(store.link());
        List<byte[]> fields = RedisKeys.fields(List.of(room.event(3), EventId.parse("$absent"), room.event(600)));
        for (boolean writer : new boolean[] {false, true}) {
            List<byte[]> arguments = new ArrayList<>(List.of(keys.indexPrefix()));
            arguments.addAll(fields);
            var names = writer ? List.of(keys.head(), keys.gaps(), keys.marks()) : List.of(keys.head());
            assertThat(value(singleKeyReads.locate(keys, fields, writer)))
                    .usingRecursiveComparison()
                    .isEqualTo(value(store.link().list(RedisScript.LOCATE, names, arguments)));
        }
        List<byte[]> arguments = new ArrayList<>(List.of(keys.sidePrefix()));
        List<Long> buckets = List.of(0L, 7L, 99L);
        buckets.forEach(bucket -> arguments.addAll(PageListRange.lexArguments(bucket)));
        assertThat(value(singleKeyReads.lastPages(keys, buckets)))
                .usingRecursiveComparison()
                .isEqualTo(value(
                        store.link().list(RedisScript.LAST_PAGES, List.of(keys.head(), keys.pages()), arguments)));
        var last = value(store.lastPages(room.id, buckets));
        assertThat(last.pages()).containsOnlyKeys(new PageId(0, 0), new PageId(7, 0));
        assertThat(value(singleKeyReads.tally(keys)))
                .usingRecursiveComparison()
                .isEqualTo(value(store.link()
                        .list(
                                RedisScript.TALLY,
                                List.of(keys.head(), keys.gaps(), keys.marks(), keys.times()),
                                List.of(keys.indexPrefix()))));
        for (TimeDirection direction : TimeDirection.values()) {
            for (int page : new int[] {0, 7, 19}) {
                long time = room.time(page * 32 + 5);
                var byScript = value(store.pagesByTime(room.id, time, direction, 2));
                var oneByOne = TimeIndex.decode(
                        room.id, time, direction, 2, value(singleKeyReads.runs(keys, time, direction, 1_001, 2)));
                assertThat(present(oneByOne).pages()).containsExactlyInAnyOrderElementsOf(byScript.pages());
                assertThat(present(oneByOne).within()).isEqualTo(byScript.within());
            }
        }
    }

    @Test
    void findsAPageOfALineByItsTime() {
        var room = new LinearRoom("by-time").grow(store, 40);
        var forwards = value(store.pagesByTime(room.id, room.time(9 * 32 + 5), TimeDirection.FORWARDS, 2));
        assertThat(forwards.pages())
                .containsExactlyInAnyOrder(
                        new PagesByTime.Near(new PageId(9, 0), 0),
                        new PagesByTime.Near(new PageId(10, 0), 27_000),
                        new PagesByTime.Near(new PageId(11, 0), 59_000));
        assertThat(forwards.within()).isEqualTo(59_000);
        var end = value(store.pagesByTime(room.id, room.time(40 * 32), TimeDirection.FORWARDS, 2));
        assertThat(end.within()).isEqualTo(Long.MAX_VALUE);
        assertThat(value(store.timeRuns(room.id, List.of(new PageId(3, 0), new PageId(40, 0)))))
                .isEqualTo(Map.of(
                        new PageId(3, 0), List.of(new TimeRun(room.time(96), 15)), new PageId(40, 0), List.of()));
    }

    @Test
    void listsEveryRoomOnceAndNoneThatWasOnlyAnnounced() {
        List<RoomId> written = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            written.add(new LinearRoom("listed-" + i).grow(store, 1).id);
        }
        new RoomList(store.link()).add(RoomId.parse("!listed-never-written")).block();
        List<RoomId> listed = value(store.rooms()
                .filter(room -> room.value().startsWith("!listed-"))
                .collectList());
        assertThat(listed).containsExactlyInAnyOrderElementsOf(written);
    }

    @Test
    void listsPagesAscendingAcrossZero() {
        EventStore any = store;
        var room = RoomId.parse("!negative:example.org");
        var ids = List.of(
                new PageId(-3, 0), new PageId(-1, 0), new PageId(-1, 1), new PageId(0, 0), new PageId(1L << 57, 0));
        var sides = ids.stream().map(id -> SidePage.open(id, List.of())).toList();
        var head = new RoomHead(room, RoomVersion.V1, 1, 0, false, -7, false, 5, true, 6, 3, 0, 0);
        assertThat(value(any.publish(Publication.ofSides(head, sides)))).isTrue();
        assertThat(value(any.pagesFrom(room, PageId.LOWEST, 100))).isEqualTo(ids);
        assertThat(value(any.pagesFrom(room, new PageId(-1, 1), 2))).isEqualTo(ids.subList(2, 4));
        assertThat(value(any.pagesFrom(RoomId.parse("!none"), PageId.LOWEST, 2)))
                .isEmpty();
        assertThat(value(any.lastPages(room, List.of(-1L, 0L, 5L))).pages())
                .containsOnlyKeys(new PageId(-1, 1), new PageId(0, 0));
        assertThat(value(any.plan(room, List.of())).head()).isEqualTo(head);
    }
}
