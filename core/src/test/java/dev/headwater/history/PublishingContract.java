package dev.headwater.history;

import static dev.headwater.history.Awaited.value;
import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What becomes of writes to any store that repeat, race or break off. */
public abstract class PublishingContract extends HistoryWriterContract {
    @Test
    public void writesAnEventOnce() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 40);
        List<NewEvent> twice = new ArrayList<>(room.events());
        twice.addAll(room.events());
        assertThat(write(store(), room.room(), twice)).isEqualTo(new WriteResult(41, 41, Map.of()));
        StoredRoom before = sound(room.room());
        assertThat(write(room)).isEqualTo(new WriteResult(0, 41, Map.of()));
        StoredRoom after = sound(room.room());
        assertThat(after.head()).isEqualTo(before.head());
        assertThat(after.head().events()).isEqualTo(41);
    }

    @Test
    public void keepsTheFirstOfTwoBodiesUnderOneId() {
        RoomBuilder first = new RoomBuilder(newRoom());
        first.event("a").body("first");
        RoomBuilder second = new RoomBuilder(first.room());
        second.event("a").body("second");
        write(first);
        assertThat(write(second)).isEqualTo(new WriteResult(0, 1, Map.of()));
        assertThat(sound(first.room()).body(id("a"))).isEqualTo("first".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    public void appendsBehindWhatIsThereAndShowsNothingOfIt() {
        RoomId room = newRoom();
        PageId page = new PageId(-3, 1);
        PageId other = new PageId(7, 0);
        assertThat(store().append(room, Map.of(page, new byte[] {1, 2, 3})).block())
                .isEqualTo(Map.of(page, 0));
        assertThat(store().append(room, Map.of(page, new byte[] {4}, other, new byte[] {5}))
                        .block())
                .isEqualTo(Map.of(page, 3, other, 0));
        assertThat(store().window(room, List.of(page)).blockOptional()).isEmpty();
        assertThat(store().pagesFrom(room, PageId.LOWEST, 8).block()).isEmpty();
        assertThat(store().rooms().collectList().block()).doesNotContain(room);
    }

    @Test
    public void publishesOnlyOnTheVersionThatItWasMadeFor() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 3);
        write(room);
        RoomHead head = sound(room.room()).head();
        RoomHead stale = new RoomHead(
                head.room(),
                head.roomVersion(),
                head.version(),
                9,
                true,
                -7,
                false,
                -8,
                true,
                -9,
                2,
                3,
                head.events() + 5);
        PageId page = new PageId(90, 0);
        Publication late = new Publication(
                stale,
                List.of(SidePage.open(page, List.of())),
                Map.of(id("x"), Place.of(90, 0, 0)),
                Map.of(id("y"), new Gap(4, List.of(), true)),
                Set.of(),
                Map.of(id("z"), new Mark(1, 4)),
                Set.of(UserId.parse("@z:a.test")),
                List.of(new BodyChange(new PageId(0, 0), 0, new byte[] {7})),
                Map.of(new PageId(0, 0), new byte[] {8}),
                Map.of(1L, new byte[] {1}));
        assertThat(store().publish(late).block()).isFalse();
        assertThat(store().basis(
                                room.room(),
                                VERSION,
                                List.of(id("x"), id("y"), id("z")),
                                Set.of(UserId.parse("@z:a.test")))
                        .block())
                .isEqualTo(new WriteBasis(head, Map.of(), Map.of(), Map.of(), Set.of()));
        assertThat(sound(room.room()).head()).isEqualTo(head);
        assertThat(store().stateChunks(room.room(), List.of(1L)).block()).isEmpty();
    }

    @Test
    public void closesAPageAtItsBytes() {
        RoomBuilder room = new RoomBuilder(newRoom());
        for (int i = 0; i < 10; i++) {
            room.event("e" + i).depth(3).body(new byte[30_000]);
        }
        write(store(), room.room(), room.events().subList(0, 4));
        write(store(), room.room(), room.events().subList(4, 10));
        sound(room.room());
        Pages pages = value(store().plan(
                        room.room(),
                        List.of(
                                new PageId(0, 0),
                                new PageId(0, 1),
                                new PageId(0, 2),
                                new PageId(0, 3),
                                new PageId(0, 4))));
        assertThat(pages.pages().values().stream()
                        .map(page -> page.side().sides().size()))
                .containsExactlyInAnyOrder(3, 3, 3, 1);
    }

    @Test
    public void showsNothingOfAWriterKilledBeforeItsPublish() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 50);
        write(store(), room.room(), room.events().subList(0, 20));
        RoomHead before = sound(room.room()).head();
        EventStore dying = new CountingStore(store()) {
            @Override
            public Mono<Boolean> publish(Publication publication) {
                return Mono.error(new StoreUnavailableException("killed", new IllegalStateException()));
            }
        };
        var killed = new RoomWriter(dying).write(room.room(), VERSION, room.events());
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(killed::block).isInstanceOf(StoreUnavailableException.class);
        }
        StoredRoom still = sound(room.room());
        assertThat(still.head()).isEqualTo(before);
        assertThat(still.events()).hasSize(20);
        assertThat(write(room)).isEqualTo(new WriteResult(31, 20, Map.of()));
        StoredRoom after = sound(room.room());
        for (NewEvent event : room.events()) {
            assertThat(after.body(event.id())).isEqualTo(event.body());
        }
    }

    @Test
    public void leavesAPageAloneThatBrokenWritesHaveFilled() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("a").depth(5);
        write(room);
        store().append(room.room(), Map.of(new PageId(0, 0), new byte[3 * PageId.MAX_BYTES]))
                .block();
        RoomBuilder more = new RoomBuilder(room.room());
        more.event("b").after("a").depth(6);
        write(more);
        assertThat(sound(room.room()).place(id("b"))).isEqualTo(Place.of(0, 1, 0));
    }

    @Test
    public void letsSeveralWritersWriteAtOnce() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 600);
        List<NewEvent> events = room.events();
        RoomWriter writer = new RoomWriter(store());
        List<WriteResult> results = Flux.range(0, 6)
                .flatMap(
                        n -> {
                            List<NewEvent> mine = new ArrayList<>(events.subList(n * 80, n * 80 + 200));
                            Collections.shuffle(mine, new Random(n));
                            return Flux.range(0, 10)
                                    .concatMap(
                                            i -> writer.write(room.room(), VERSION, mine.subList(i * 20, i * 20 + 20)))
                                    .subscribeOn(Schedulers.parallel());
                        },
                        6)
                .collectList()
                .block();
        assertThat(results).isNotNull();
        assertThat(results.stream().mapToInt(WriteResult::taken).sum()).isEqualTo(600);
        assertThat(results.stream().mapToInt(WriteResult::known).sum()).isEqualTo(600);
        StoredRoom stored = sound(room.room());
        assertThat(stored.events()).hasSize(600);
        for (NewEvent event : events.subList(0, 600)) {
            assertThat(stored.body(event.id())).isEqualTo(event.body());
        }
    }

    @Test
    public void doesNothingBeforeItIsSubscribedTo() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 3);
        var unused = Arrays.asList(
                new RoomWriter(store()).write(room.room(), VERSION, room.events()),
                store().append(room.room(), Map.of(new PageId(0, 0), new byte[] {1})),
                store().admit(room.room(), new RoomAdmission(Set.of(), List.of())));
        assertThat(unused).hasSize(3);
        assertThat(store().rooms().collectList().block()).doesNotContain(room.room());
        assertThat(store().append(room.room(), Map.of(new PageId(0, 0), new byte[] {1}))
                        .block())
                .isEqualTo(Map.of(new PageId(0, 0), 0));
    }
}
