package dev.headwater.history;

import static dev.headwater.history.Awaited.present;
import static dev.headwater.history.Awaited.value;
import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What every {@link EventStore} must do, alone and under a {@link RoomWriter}. A store's test names the store. */
public abstract class EventStoreContract extends SealingContract {
    @Test
    public void answersNothingAboutARoomThatIsNotStored() {
        RoomId room = newRoom();
        PageId page = new PageId(0, 0);
        assertThat(store().locate(room, List.of(id("a"))).blockOptional()).isEmpty();
        assertThat(store().plan(room, List.of(page)).blockOptional()).isEmpty();
        assertThat(store().window(room, List.of(page)).blockOptional()).isEmpty();
        assertThat(store().lastPages(room, List.of(0L)).blockOptional()).isEmpty();
        assertThat(store().admission(room, ServerName.parse("a.test")).blockOptional())
                .isEmpty();
        assertThat(store().pagesFrom(room, PageId.LOWEST, 8).block()).isEmpty();
        assertThat(store().stateChunks(room, List.of(1L)).blockOptional()).isEmpty();
        assertThat(store().pagesByTime(room, 0, TimeDirection.FORWARDS, 8).blockOptional())
                .isEmpty();
        assertThat(store().timeRuns(room, List.of(page)).blockOptional()).isEmpty();
        assertThat(store().basis(room, VERSION, List.of(id("a")), Set.of()).block())
                .isEqualTo(new WriteBasis(RoomHead.empty(room, VERSION), Map.of(), Map.of(), Map.of(), Set.of()));
        assertThat(store().rooms().collectList().block()).doesNotContain(room);
    }

    @Test
    public void keepsEveryByteAndEveryFact() {
        RoomBuilder room = new RoomBuilder(newRoom());
        byte[] odd = new byte[300];
        new Random(1).nextBytes(odd);
        room.event("a").kind(EventKind.CREATE).ts(Long.MIN_VALUE);
        room.event("b").after("a").ts(Long.MAX_VALUE).kind(EventKind.OPENS_HISTORY);
        room.event("ü😀").after("b", "a", "missing").silent().body(odd).ts(-1);
        room.event("m").after("b").kind(EventKind.MEMBERSHIP);
        room.event("s").after("b").kind(EventKind.SERVER_ACL);
        room.event("r").after("b").kind(EventKind.RESTRICTS_HISTORY).redacts("nowhere");
        assertThat(write(room)).isEqualTo(new WriteResult(6, 0, Map.of()));
        StoredRoom stored = sound(room.room());
        assertThat(stored.head().roomVersion()).isEqualTo(VERSION);
        assertThat(stored.head().room()).isEqualTo(room.room());
        for (NewEvent event : room.events()) {
            Side side = stored.side(event.id());
            assertThat(stored.body(event.id())).isEqualTo(event.body());
            assertThat(side.kind()).isEqualTo(event.kind());
            assertThat(side.silent()).isEqualTo(event.silent());
            assertThat(side.originServerTs()).isEqualTo(event.originServerTs());
            assertThat(side.correctedDepth()).isEqualTo(event.depth());
            assertThat(side.marked()).isFalse();
        }
        assertThat(stored.side("ü😀").parents())
                .containsExactly(
                        new Edge.Known(stored.place(id("b"))),
                        new Edge.Known(stored.place(id("a"))),
                        new Edge.Unknown(id("missing")));
        assertThat(store().rooms().collectList().block()).contains(room.room());
    }

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
    public void readsTheAskedPagesAndTheLastPartOfBuckets() {
        RoomBuilder room = new RoomBuilder(newRoom());
        for (int i = 0; i < 70; i++) {
            room.event("low" + i).depth(3);
        }
        room.event("high").depth(32 * 1000);
        write(room);
        PageId high = new PageId(1000, 0);
        List<PageId> all = List.of(new PageId(0, 0), new PageId(0, 1), new PageId(0, 2), high);
        assertThat(store().pagesFrom(room.room(), PageId.LOWEST, 64).block()).isEqualTo(all);
        assertThat(store().pagesFrom(room.room(), new PageId(0, 1), 2).block()).isEqualTo(all.subList(1, 3));
        Pages last = value(store().lastPages(room.room(), List.of(0L, 5L, 1000L)));
        assertThat(last.pages()).containsOnlyKeys(new PageId(0, 2), high);
        assertThat(present(last.pages().get(new PageId(0, 2))).side().sides()).hasSize(6);
        Pages plan =
                store().plan(room.room(), List.of(high, new PageId(1000, 1))).block();
        assertThat(plan).isNotNull();
        assertThat(plan.pages()).containsOnlyKeys(high);
        assertThat(present(plan.pages().get(high)).bodies()).isEmpty();
        Pages window =
                store().window(room.room(), List.of(high, new PageId(1000, 1))).block();
        assertThat(window).isNotNull();
        assertThat(window.pages()).containsOnlyKeys(high);
        assertThat(present(window.pages().get(high)).side())
                .isEqualTo(present(plan.pages().get(high)).side());
        assertThat(present(window.pages().get(high)).bodies())
                .isEqualTo(room.get("high").body());
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
    public void keepsStatesAndWhatFollowsFromThem() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 40);
        write(room);
        StoredRoom before = sound(room.room());
        Map<Long, byte[]> chunks = new HashMap<>();
        for (long chunk = 1; chunk <= 70; chunk++) {
            chunks.put(chunk, ("nodes " + chunk).getBytes(StandardCharsets.UTF_8));
        }
        StateAround around = new StateAround(StateRoot.EMPTY, StateRoot.at(70, 3), true);
        Place place = before.place(id("e7"));
        List<Side> sides = new ArrayList<>(present(value(store().plan(room.room(), List.of(place.page())))
                        .pages()
                        .get(place.page()))
                .side()
                .sides());
        sides.set(place.slot(), sides.get(place.slot()).withState(around).withVisibility(Visibility.PERHAPS_INVITED));
        RoomHead head = before.head().next().withRestating().withStateChunks(70);
        assertThat(store().publish(new Publication(
                                head,
                                List.of(SidePage.open(place.page(), sides)),
                                Map.of(),
                                Map.of(),
                                Set.of(),
                                Map.of(),
                                Set.of(),
                                List.of(),
                                Map.of(),
                                chunks))
                        .block())
                .isTrue();
        StoredRoom after = sound(room.room());
        assertThat(after.head()).isEqualTo(head);
        assertThat(after.side("e7").state()).isEqualTo(around);
        assertThat(after.side("e7").visibility()).isEqualTo(Visibility.PERHAPS_INVITED);
        assertThat(after.side("e8")).isEqualTo(before.side("e8"));
        Map<Long, byte[]> read = value(store().stateChunks(room.room(), List.of(70L, 1L, 71L)));
        assertThat(read).containsOnlyKeys(1L, 70L);
        assertThat(read.get(70L)).isEqualTo(chunks.get(70L));
        assertThat(value(store().stateChunks(room.room(), List.of()))).isEmpty();
    }

    @Test
    public void findsEventsWithoutBeingToldTheirRoom() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("found" + System.nanoTime() + "-", 700);
        RoomBuilder other = new RoomBuilder(newRoom()).chain("other" + System.nanoTime() + "-", 5);
        assertThat(store().find(room.events().get(5).id()).block()).isNull();
        write(room);
        write(other);
        StoredRoom stored = sound(room.room());
        for (int i = 0; i < 700; i += 7) {
            EventId event = room.events().get(i).id();
            Located found = value(store().find(event));
            assertThat(found.head()).isEqualTo(stored.head());
            assertThat(found.places()).isEqualTo(Map.of(event, stored.place(event)));
        }
        EventId ofOther = other.events().get(3).id();
        assertThat(value(store().find(ofOther)).head().room()).isEqualTo(other.room());
        assertThat(store().find(EventId.parse("$nobody:has.it")).block()).isNull();
    }

    @Test
    public void keepsToTheRoomThatHeldAnEventFirst() {
        String name = "same" + System.nanoTime();
        RoomBuilder first = new RoomBuilder(newRoom());
        first.event(name).kind(EventKind.CREATE);
        RoomBuilder second = new RoomBuilder(newRoom());
        second.event(name).kind(EventKind.CREATE);
        write(first);
        write(second);
        assertThat(value(store().find(id(name))).head().room()).isEqualTo(first.room());
    }

    @Test
    public void countsWhatItKeepsBesideThePages() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 300);
        room.event("r").after("e300", "missing", "away").redacts("e1");
        room.event("s").after("r").redacts("nowhere");
        room.event("ban").after("s").redactsAllOf("@spam:b.test");
        assertThat(store().tally(room.room()).blockOptional()).isEmpty();
        write(room);
        assertThat(value(store().tally(room.room()))).isEqualTo(new Tally(304, 2, 3, 10));
    }

    @Test
    public void keepsWhoIsInARoom() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 1);
        ServerName in = ServerName.parse("in.test:8448");
        ServerName out = ServerName.parse("out.test");
        write(room);
        assertThat(store().admission(room.room(), in).block()).isEqualTo(new RoomAdmission.OfServer(false, List.of()));
        store().admit(room.room(), new RoomAdmission(Set.of(in), List.of("{\"allow\":[\"*\"]}", "{}")))
                .block();
        assertThat(store().admission(room.room(), in).block())
                .isEqualTo(new RoomAdmission.OfServer(true, List.of("{\"allow\":[\"*\"]}", "{}")));
        assertThat(value(store().admission(room.room(), out)).joined()).isFalse();
        store().admit(room.room(), new RoomAdmission(Set.of(out), List.of())).block();
        assertThat(store().admission(room.room(), in).block()).isEqualTo(new RoomAdmission.OfServer(false, List.of()));
        assertThat(store().admission(room.room(), out).block()).isEqualTo(new RoomAdmission.OfServer(true, List.of()));
    }

    @Test
    public void holdsRandomRooms() {
        long first = new Random().nextLong();
        for (long seed = first; seed < first + 40; seed++) {
            try {
                RandomRoomsCheck.check(store(), RandomRooms.draw(seed));
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("-Dheadwater.seed=" + seed + ": " + failure.getMessage(), failure);
            }
        }
    }

    @Test
    public void answersAColdWalkInTwoRoundTrips() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 1_000);
        write(room);
        CountingStore counting = new CountingStore(store());
        List<EventId> walked = value(new BackfillWalk(counting)
                .walk(room.room(), List.of(id("e950")), 100, side -> Sight.SHOWN)
                .map(WalkedEvent::id)
                .collectList());
        assertThat(walked).hasSize(100).startsWith(id("e950"), id("e949")).endsWith(id("e851"));
        assertThat(counting.reads()).isEqualTo(2);
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
