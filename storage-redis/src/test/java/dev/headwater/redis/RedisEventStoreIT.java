package dev.headwater.redis;

import static dev.headwater.redis.Awaited.present;
import static dev.headwater.redis.Awaited.value;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.headwater.history.BodyChange;
import dev.headwater.history.EventStore;
import dev.headwater.history.EventStoreContract;
import dev.headwater.history.Gap;
import dev.headwater.history.Mark;
import dev.headwater.history.PageId;
import dev.headwater.history.Publication;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomHead;
import dev.headwater.history.StoreUnavailableException;
import dev.headwater.history.TimeDirection;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.redis.testing.RedisServer;
import dev.headwater.room.RoomVersion;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The store against one real Redis: the contract of all stores, and what it does not say. */
class RedisEventStoreIT extends EventStoreContract {
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

    @Override
    protected EventStore store() {
        return store;
    }

    @Override
    protected OptionalLong holding(String text) {
        return OptionalLong.of(server.keysHolding(text) + sealedPagesHolding(text));
    }

    private static long sealedPagesHolding(String text) {
        return value(store.link().send(redis -> redis.keys("hw1:*:p:*"))).stream()
                .map(key -> value(store.link().send(redis -> redis.get(key))))
                .filter(page -> Zstd.getFrameContentSize(page) > 0)
                .filter(page -> new String(new SealedBodies().open(page), UTF_8).contains(text))
                .count();
    }

    @Test
    void readsBodiesAndSidesAsTheyWereWritten() {
        var room = new LinearRoom("read-back").grow(store, 5);
        var asked = List.of(new PageId(0, 0), new PageId(4, 0), new PageId(4, 1), new PageId(9, 0));
        var window = value(store.window(room.id, asked));
        assertThat(window.pages()).containsOnlyKeys(new PageId(0, 0), new PageId(4, 0));
        var page = present(window.pages().get(new PageId(4, 0)));
        for (var side : page.side().sides()) {
            byte[] body = Arrays.copyOfRange(page.bodies(), side.bodyOffset(), side.bodyOffset() + side.bodyLength());
            assertThat(body).isEqualTo(room.body(side.correctedDepth()));
            assertThat(side.id()).isEqualTo(room.event(side.correctedDepth()));
        }
        var plan = value(store.plan(room.id, asked));
        assertThat(present(plan.pages().get(new PageId(4, 0))).side()).isEqualTo(page.side());
        assertThat(present(plan.pages().get(new PageId(4, 0))).bodies()).isEmpty();
    }

    @Test
    void readsNoSealedPageThatIsDamaged() {
        var room = new LinearRoom("damaged").grow(store, 2);
        assertThat(room.seal(store)).isEqualTo(2);
        byte[] key = new RedisKeys(room.id).bodies(new PageId(1, 0));
        byte[] frame = value(store.link().send(redis -> redis.get(key)));
        assertThat(frame).hasSizeLessThan(32 * 846 / 2);
        readBodies(room, 2);
        for (byte[] damaged : List.of(
                Arrays.copyOf(frame, frame.length - 100),
                Arrays.copyOf(frame, frame.length + 1),
                Zstd.compress(new byte[PageId.MAX_LENGTH + 1]),
                room.body(32))) {
            value(store.link().send(redis -> redis.set(key, damaged)));
            assertThatThrownBy(() -> value(store.window(room.id, List.of(new PageId(1, 0)))))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("a sealed page");
            readBodies(room, 1);
        }
        value(store.link().send(redis -> redis.del(key)));
        assertThatThrownBy(() -> value(store.window(room.id, List.of(new PageId(1, 0)))))
                .isInstanceOf(StoreUnavailableException.class);
    }

    private static void readBodies(LinearRoom room, int pages) {
        for (int bucket = 0; bucket < pages; bucket++) {
            PageId id = new PageId(bucket, 0);
            var page = present(value(store.window(room.id, List.of(id))).pages().get(id));
            for (var side : page.side().sides()) {
                int end = side.bodyOffset() + side.bodyLength();
                assertThat(Arrays.copyOfRange(page.bodies(), side.bodyOffset(), end))
                        .isEqualTo(room.body(side.correctedDepth()));
            }
        }
    }

    @Test
    void takesARepeatedPublicationForDone() {
        var room = new LinearRoom("replayed").grow(store, 1);
        var publisher = new RoomPublisher(store.link(), new SealedBodies());
        var batch = room.next(1);
        store.append(room.id, batch.bodies()).block();
        assertThat(value(publisher.publish(batch.publication(), 7))).isTrue();
        assertThat(value(publisher.publish(batch.publication(), 7))).isTrue();
        assertThat(value(publisher.publish(batch.publication(), 8))).isFalse();
        room.published(batch);
        for (int later = 1; later < RoomPublisher.TOKENS; later++) {
            room.grow(store, 1);
            assertThat(value(publisher.publish(batch.publication(), 7))).isTrue();
        }
        room.grow(store, 1);
        assertThat(value(publisher.publish(batch.publication(), 7))).isFalse();
        assertThat(value(store.locate(room.id, List.of(room.event(40)))).head()).isEqualTo(room.head());
    }

    @Test
    void changesNothingIfSomebodyElseWasFaster() {
        var room = new LinearRoom("raced").grow(store, 2);
        var stale = new RoomHead(
                room.id,
                RoomVersion.V11,
                1,
                0,
                false,
                RoomHead.NOTHING_TO_SWEEP,
                false,
                RoomHead.NOTHING_TO_SWEEP,
                false,
                0,
                0,
                0,
                1);
        EventId event = EventId.parse("$loser");
        var publication = new Publication(
                stale,
                List.of(),
                Map.of(event, room.place(0)),
                Map.of(event, new Gap(1, List.of(), true)),
                Set.of(),
                Map.of(event, new Mark(1, 0)),
                Set.of(),
                List.of(new BodyChange(new PageId(0, 0), 0, new byte[] {1})),
                Map.of(new PageId(1, 0), new byte[] {1}),
                Map.of(1L, new byte[] {1}));
        assertThat(value(store.publish(publication))).isFalse();
        var basis = value(store.basis(room.id, RoomVersion.V11, List.of(event), Set.of()));
        assertThat(basis.head()).isEqualTo(room.head());
        assertThat(basis.places()).isEmpty();
        assertThat(basis.gaps()).isEmpty();
        assertThat(basis.marks()).isEmpty();
        assertThat(value(store.stateChunks(room.id, List.of(1L)))).isEmpty();
    }

    @Test
    void keepsGapsAndMarks() {
        var room = new LinearRoom("gaps").grow(store, 1);
        EventId open = EventId.parse("$open");
        EventId closed = EventId.parse("$closed");
        EventId gone = EventId.parse("$gone");
        Mark mark = new Mark(1, 1L << 40);
        Gap gap = new Gap(-5, List.of(room.place(3), room.place(4)), false);
        publish(room, Map.of(open, gap, closed, gap), Set.of(), Map.of(open, mark, closed, mark, gone, mark));
        publish(room, Map.of(), Set.of(closed), Map.of(closed, new Mark(2, -9), gone, Mark.NONE));
        var basis = value(store.basis(room.id, RoomVersion.V11, List.of(open, closed, gone, room.event(2)), Set.of()));
        assertThat(basis.gaps()).containsOnlyKeys(open).containsEntry(open, gap);
        assertThat(basis.marks()).isEqualTo(Map.of(open, mark, closed, new Mark(2, -9)));
        assertThat(basis.places()).containsOnlyKeys(room.event(2));
    }

    private static void publish(
            LinearRoom room, Map<EventId, Gap> gaps, Set<EventId> closed, Map<EventId, Mark> marks) {
        var after = new RoomHead(
                room.id,
                RoomVersion.V11,
                room.head().version() + 1,
                0,
                false,
                RoomHead.NOTHING_TO_SWEEP,
                false,
                RoomHead.NOTHING_TO_SWEEP,
                false,
                0,
                0,
                0,
                room.head().events());
        var publication = new Publication(
                after, List.of(), Map.of(), gaps, closed, marks, Set.of(), List.of(), Map.of(), Map.of());
        assertThat(value(store.publish(publication))).isTrue();
        room.published(new LinearRoom.Batch(Map.of(), publication));
    }

    @Test
    void admitsServersOfTheConfirmedStateOnly() {
        var room = new LinearRoom("admission").grow(store, 1);
        ServerName in = ServerName.parse("in.example");
        ServerName out = ServerName.parse("out.example");
        assertThat(value(store.admission(room.id, in))).isEqualTo(new RoomAdmission.OfServer(false, List.of()));
        store.admit(room.id, new RoomAdmission(Set.of(in, out), List.of("{}"))).block();
        store.admit(room.id, new RoomAdmission(Set.of(in), List.of("{\"a\":1}", "{\"ü\":2}")))
                .block();
        assertThat(value(store.admission(room.id, in)))
                .isEqualTo(new RoomAdmission.OfServer(true, List.of("{\"a\":1}", "{\"ü\":2}")));
        assertThat(value(store.admission(room.id, out)).joined()).isFalse();
        assertThat(store.admission(RoomId.parse("!none"), in).blockOptional()).isEmpty();
        var whole = new RoomAdmission(Set.of(in), List.of("{\"a\":1}", "{\"ü\":2}"));
        assertThat(value(store.wholeAdmission(room.id))).isEqualTo(whole);
        var told = new RoomAdmission(Set.of(in, out), List.of(), true);
        store.admit(room.id, told).block();
        assertThat(value(store.wholeAdmission(room.id))).isEqualTo(told);
        assertThat(store.wholeAdmission(RoomId.parse("!none")).blockOptional()).isEmpty();
    }

    @Test
    void neitherReadsNorWritesARoomWhoseKeysBelongToAnother() {
        var room = new LinearRoom("owner").grow(store, 1);
        var other = new LinearRoom("collides");
        byte[] foreign = RoomCodecTest.stored(room.head(), 32);
        store.link()
                .send(redis -> redis.set(new RedisKeys(other.id).head(), foreign))
                .block();
        var page = List.of(new PageId(0, 0));
        assertThat(store.locate(other.id, List.of(room.event(1))).blockOptional())
                .isEmpty();
        assertThat(store.window(other.id, page).blockOptional()).isEmpty();
        assertThat(store.plan(other.id, page).blockOptional()).isEmpty();
        assertThat(store.lastPages(other.id, List.of(0L)).blockOptional()).isEmpty();
        assertThat(store.pagesByTime(other.id, 0, TimeDirection.FORWARDS, 8).blockOptional())
                .isEmpty();
        assertThat(store.timeRuns(other.id, page).blockOptional()).isEmpty();
        assertThat(store.admission(other.id, ServerName.parse("a.test")).blockOptional())
                .isEmpty();
        assertThat(store.wholeAdmission(other.id).blockOptional()).isEmpty();
        assertThat(value(store.pagesFrom(other.id, PageId.LOWEST, 9))).isEmpty();
        assertThatThrownBy(() -> value(store.basis(other.id, RoomVersion.V11, List.of(), Set.of())))
                .isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> value(store.publish(other.next(1).publication())))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("OTHERROOM");
        assertThatThrownBy(() -> store.admit(other.id, new RoomAdmission(Set.of(), List.of()))
                        .block())
                .isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void runsScriptsThatTheServerHasForgotten() {
        var room = new LinearRoom("forgotten").grow(store, 1);
        assertThat(server.command("SCRIPT FLUSH")).isEqualTo("+OK");
        assertThat(value(store.locate(room.id, List.of(room.event(0)))).places())
                .hasSize(1);
        assertThat(server.command("SCRIPT FLUSH")).isEqualTo("+OK");
        room.grow(store, 1);
    }
}
