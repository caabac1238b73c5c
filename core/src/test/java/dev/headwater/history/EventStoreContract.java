package dev.headwater.history;

import static dev.headwater.history.Awaited.present;
import static dev.headwater.history.Awaited.value;
import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every {@link EventStore} must do, alone and under a {@link RoomWriter}. A store's test names the store. */
public abstract class EventStoreContract extends PublishingContract {
    private static final int ROOMS = Integer.getInteger("headwater.rooms", 20);
    private static final long SEED = Long.getLong("headwater.seed", 20261127);

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
        for (long seed = SEED; seed < SEED + ROOMS; seed++) {
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
}
