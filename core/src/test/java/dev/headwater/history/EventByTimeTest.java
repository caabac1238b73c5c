package dev.headwater.history;

import static dev.headwater.history.Awaited.present;
import static dev.headwater.history.Awaited.value;
import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.access.AloneSight;
import dev.headwater.history.RandomRooms.Arrival;
import dev.headwater.history.RandomRooms.Drawn;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** {@code -Dheadwater.seed=S} draws the room of a failure first. */
final class EventByTimeTest {
    private static final int ROOMS = Integer.getInteger("headwater.rooms", 200);
    private static final long SEED = Long.getLong("headwater.seed", 20261127);
    private static final long NOW = 1_700_000_000_000L;
    private static final Viewer ALL = side -> Sight.SHOWN;

    private final CountingStore store = new CountingStore(new MemoryEventStore());

    private EventByTime.@Nullable Found find(RoomId room, long ts, TimeDirection direction, Viewer viewer) {
        EventByTime events = new EventByTime(store);
        EventByTime.Asked asked = new EventByTime.Asked(room, ts, direction);
        return events.begin(asked)
                .flatMap(begun -> events.find(asked, begun, viewer))
                .block();
    }

    private @Nullable String name(RoomBuilder room, long ts, TimeDirection direction) {
        EventByTime.Found found = find(room.room(), ts, direction, ALL);
        return found == null ? null : found.id().value().substring(1);
    }

    private void write(RoomBuilder room) {
        value(new RoomWriter(store).write(room.room(), VERSION, room.events()));
    }

    @Test
    void findsInEveryRoomWhatAPlainSearchFindsHoweverItArrived() {
        long[] searches = new long[2];
        for (int i = 0; i < ROOMS; i++) {
            long seed = SEED + i;
            try {
                check(seed, searches);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("-Dheadwater.seed=" + seed + ": " + failure.getMessage(), failure);
            }
        }
        assertThat(searches[0]).as("found").isPositive();
        assertThat(store.listings.get()).as("some had to ask for more").isGreaterThan(searches[1]);
    }

    private void check(long seed, long[] searches) {
        Random random = new Random(~seed);
        Drawn drawn = RandomTimes.of(RandomRooms.draw(seed), random);
        Arrival arrival = Arrival.values()[random.nextInt(Arrival.values().length)];
        RoomId room = drawn.room(arrival);
        drawn.arriving(arrival).forEach(batch -> value(new RoomWriter(store).write(room, VERSION, batch)));
        if (random.nextBoolean()) {
            new VisibilitySweep(store).sweep(room).block();
        }
        StoredRoom stored = StoredRoom.read(store, room);
        for (int i = 0; i < 12; i++) {
            long ts = time(random, stored);
            TimeDirection direction = TimeDirection.values()[random.nextInt(2)];
            int few = 1 + random.nextInt(40);
            ServerName server = ServerName.parse("s" + random.nextInt(6) + ".test");
            AloneSight alone = new AloneSight(new RoomStates(store));
            Set<EventId> seen = new HashSet<>();
            Viewer viewer = random.nextBoolean() ? alone.of(server) : byId(few)::apply;
            for (EventId event : stored.events()) {
                Side side = stored.side(event);
                viewer.prepare(room, List.of(side)).block();
                if (!side.silent() && viewer.sightOf(side) != Sight.WITHHELD) {
                    seen.add(event);
                }
            }
            EventByTime.Found found = find(room, ts, direction, viewer);
            EventByTime.Found expected = plain(stored, seen, ts, direction);
            assertThat(found).as("%d %s", ts, direction).isEqualTo(expected);
            searches[0] += found == null ? 0 : 1;
            searches[1]++;
        }
    }

    private static Function<Side, Sight> byId(int oneOf) {
        return side -> switch (Math.floorMod(side.id().value().hashCode(), oneOf)) {
            case 0 -> Sight.SHOWN;
            case 1 -> Sight.REDACTED;
            default -> Sight.WITHHELD;
        };
    }

    private static long time(Random random, StoredRoom stored) {
        if (random.nextInt(6) == 0) {
            return List.of(0L, NOW, (1L << 53) - 1, TimeRun.LATEST).get(random.nextInt(4));
        }
        List<EventId> events = new ArrayList<>(stored.events());
        long near = stored.side(events.get(random.nextInt(events.size()))).originServerTs();
        return Math.max(0, Math.min((1L << 53) - 1, near + random.nextInt(3) - 1));
    }

    /** One event after the other: nearer, or as near and nearer by depth, or by ID. */
    private static EventByTime.@Nullable Found plain(
            StoredRoom stored, Set<EventId> seen, long ts, TimeDirection direction) {
        boolean forwards = direction == TimeDirection.FORWARDS;
        Side best = null;
        for (EventId event : seen) {
            Side side = stored.side(event);
            long time = side.originServerTs();
            if (forwards ? time < ts : time > ts) {
                continue;
            }
            if (best == null) {
                best = side;
                continue;
            }
            int later = Long.compare(time, best.originServerTs());
            if (later == 0) {
                later = Long.compare(side.correctedDepth(), best.correctedDepth());
            }
            if (later == 0) {
                later = best.id().compareTo(side.id());
            }
            if (forwards ? later < 0 : later > 0) {
                best = side;
            }
        }
        return best == null ? null : new EventByTime.Found(best.id(), best.originServerTs());
    }

    @Test
    void takesTheNearestByDepthOfSeveralOfOneTime() {
        RoomBuilder room = new RoomBuilder("!ties:a.test").chain("e", 3);
        room.event("left").after("e3");
        room.event("right").after("e3");
        write(room);
        assertThat(name(room, 0, TimeDirection.FORWARDS)).isEqualTo("e0");
        assertThat(name(room, 0, TimeDirection.BACKWARDS)).isEqualTo("left");
        assertThat(name(room, 1, TimeDirection.BACKWARDS)).isEqualTo("left");
        assertThat(name(room, 1, TimeDirection.FORWARDS)).isNull();
    }

    @Test
    void findsAnEventOfTheAskedMomentItself() {
        RoomBuilder room = new RoomBuilder("!moment:a.test");
        room.event("a").ts(NOW);
        room.event("b").after("a").ts(NOW + 2);
        write(room);
        assertThat(find(room.room(), NOW + 2, TimeDirection.FORWARDS, ALL))
                .isEqualTo(new EventByTime.Found(id("b"), NOW + 2));
        assertThat(name(room, NOW + 2, TimeDirection.BACKWARDS)).isEqualTo("b");
        assertThat(name(room, NOW + 1, TimeDirection.FORWARDS)).isEqualTo("b");
        assertThat(name(room, NOW + 1, TimeDirection.BACKWARDS)).isEqualTo("a");
        assertThat(name(room, NOW, TimeDirection.BACKWARDS)).isEqualTo("a");
        assertThat(name(room, NOW - 1, TimeDirection.BACKWARDS)).isNull();
    }

    @Test
    void readsFewPagesOfALongRoomWithSomeWrongClocks() {
        RoomBuilder room = new RoomBuilder("!long:a.test");
        for (int i = 0; i < 20_000; i++) {
            room.event("e" + i).depth(i).ts(i % 97 == 5 ? 7 : i % 101 == 3 ? NOW * 2 : NOW + i * 60_000L);
        }
        write(room);
        long read = store.planPages.get();
        int asked = 0;
        for (int i = 10; i < 20_000; i += 997) {
            for (TimeDirection direction : TimeDirection.values()) {
                assertThat(name(room, NOW + i * 60_000L, direction)).isNotNull();
                asked++;
            }
        }
        assertThat(store.listings.get()).isEqualTo(asked);
        assertThat((store.planPages.get() - read) / asked).as("pages").isLessThan(12);
    }

    @Test
    void isExactWhereManyPagesReachOverTheMomentAndGivesUpWhereTooManyDo() {
        RoomBuilder room = new RoomBuilder("!hostile:a.test");
        for (int i = 0; i < EventStore.MAX_RUNS_OVER; i++) {
            for (int j = 0; j < 6; j++) {
                room.event("e" + i + "." + j).depth(32L * i + j).ts(NOW / 6 * j + i);
            }
        }
        write(room);
        long middle = NOW / 6 * 3 + 500;
        long read = store.planPages.get();
        assertThat(name(room, middle, TimeDirection.FORWARDS)).isEqualTo("e500.3");
        assertThat(name(room, middle, TimeDirection.BACKWARDS)).isEqualTo("e500.3");
        assertThat(store.planPages.get() - read).isLessThanOrEqualTo(2L * TimestampSearch.MAX_PAGES);
        RoomBuilder more = new RoomBuilder(room.room());
        for (int j = 0; j < 6; j++) {
            more.event("more" + j).depth(32L * EventStore.MAX_RUNS_OVER + j).ts(NOW / 6 * j);
        }
        write(more);
        read = store.planPages.get();
        assertThat(name(room, middle, TimeDirection.FORWARDS)).isNull();
        assertThat(store.planPages.get()).isEqualTo(read);
    }

    @Test
    void looksAtNoMoreThanSoManyPagesOfWhatIsWithheld() {
        RoomBuilder room = new RoomBuilder("!withheld:a.test");
        for (int i = 0; i < TimestampSearch.MAX_PAGES + 1; i++) {
            room.event("e" + i).depth(32L * i).ts(NOW + i);
        }
        write(room);
        String last = "e" + TimestampSearch.MAX_PAGES;
        Viewer lastAlone = side -> side.id().equals(id(last)) ? Sight.SHOWN : Sight.WITHHELD;
        long read = store.planPages.get();
        long listings = store.listings.get();
        assertThat(find(room.room(), NOW + 1, TimeDirection.FORWARDS, lastAlone))
                .isNotNull();
        assertThat(store.planPages.get() - read).isEqualTo(TimestampSearch.MAX_PAGES);
        assertThat(find(room.room(), NOW, TimeDirection.FORWARDS, lastAlone)).isNull();
        assertThat(store.planPages.get() - read).isLessThanOrEqualTo(2L * TimestampSearch.MAX_PAGES);
        assertThat(store.listings.get() - listings).isLessThan(2L * TimestampSearch.MAX_LISTINGS);
    }

    @Test
    void leavesOutAPageThatIsNotAnsweredYet() {
        RoomBuilder room = new RoomBuilder("!new:a.test");
        room.event("old").depth(1).ts(NOW);
        room.event("new").depth(40).ts(NOW + 1);
        write(room);
        EventStore behind = new CountingStore(store) {
            @Override
            public Mono<Pages> plan(RoomId id, Collection<PageId> pages) {
                return super.plan(id, pages).map(read -> {
                    Map<PageId, Page> without = new HashMap<>(read.pages());
                    assertThat(without.remove(new PageId(1, 0))).isNotNull();
                    return new Pages(read.head(), without);
                });
            }
        };
        EventByTime events = new EventByTime(behind);
        EventByTime.Asked asked = new EventByTime.Asked(room.room(), NOW + 5, TimeDirection.BACKWARDS);
        EventByTime.Found found = value(events.begin(asked).flatMap(begun -> events.find(asked, begun, ALL)));
        assertThat(found.id()).isEqualTo(id("old"));
    }

    @Test
    void failsIfTheRoomIsGoneInTheMiddle() {
        RoomBuilder room = new RoomBuilder("!gone:a.test").chain("e", 3);
        write(room);
        EventByTime.Asked asked = new EventByTime.Asked(room.room(), 0, TimeDirection.FORWARDS);
        PagesByTime begun = present(new EventByTime(store).begin(asked).block());
        Mono<EventByTime.Found> elsewhere = new EventByTime(new MemoryEventStore()).find(asked, begun, ALL);
        assertThatThrownBy(elsewhere::block).isInstanceOf(WalkMovedException.class);
    }
}
