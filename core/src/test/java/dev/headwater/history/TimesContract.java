package dev.headwater.history;

import static dev.headwater.history.Awaited.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.RandomRooms.Arrival;
import dev.headwater.history.RandomRooms.Drawn;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How any store names pages by the times of their events. */
public abstract class TimesContract extends RedactionUnderWayContract {
    private static final long NOW = 1_700_000_000_000L;

    @Test
    public void namesThePagesOfATimeWhileRoomsGrow() {
        for (long seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            Drawn drawn = RandomTimes.of(RandomRooms.draw(seed), random);
            RoomId room = newRoom();
            List<List<NewEvent>> batches = drawn.arriving(Arrival.values()[(int) seed % Arrival.values().length]);
            for (int i = 0; i < batches.size(); i++) {
                write(store(), room, batches.get(i));
                if (i == batches.size() - 1 || random.nextInt(4) == 0) {
                    assertNames(sound(room), room, random);
                }
            }
        }
    }

    private void assertNames(StoredRoom stored, RoomId room, Random random) {
        List<Long> times = new ArrayList<>(List.of(0L, NOW, TimeRun.LATEST));
        for (SidePage page : stored.pages()) {
            if (random.nextInt(3) == 0) {
                long near = TimeRun.indexed(page.sides().get(0).originServerTs()) + random.nextInt(3) - 1;
                times.add(TimeRun.indexed(near));
            }
        }
        for (long time : times) {
            for (TimeDirection direction : TimeDirection.values()) {
                assertNames(stored, room, time, direction, 1 + random.nextInt(EventStore.MAX_BY_TIME));
            }
        }
    }

    private void assertNames(StoredRoom stored, RoomId room, long time, TimeDirection direction, int atLeast) {
        Set<PagesByTime.Near> all = new HashSet<>();
        for (SidePage page : stored.pages()) {
            for (TimeRun run : TimeRun.of(page)) {
                all.add(new PagesByTime.Near(page.id(), run.distance(time, direction)));
            }
        }
        all.removeIf(near -> near.distance() < 0);
        PagesByTime named = value(store().pagesByTime(room, time, direction, atLeast));
        assertThat(named.head()).isEqualTo(stored.head());
        assertThat(named.pages()).as("%d %s", time, direction).isSubsetOf(all);
        if (named.within() < Long.MAX_VALUE) {
            assertThat(named.pages().stream().filter(near -> near.distance() > 0))
                    .hasSizeGreaterThanOrEqualTo(atLeast);
        }
        all.removeIf(near -> near.distance() >= named.within());
        assertThat(named.pages())
                .as("%d %s within %d", time, direction, named.within())
                .containsAll(all);
    }

    @Test
    public void saysSoWhereTooManyPagesReachOverATime() {
        RoomBuilder room = new RoomBuilder(newRoom());
        for (int i = 0; i < EventStore.MAX_RUNS_OVER; i++) {
            room.event("e" + i).depth(32L * i).ts(NOW);
        }
        write(room);
        for (TimeDirection direction : TimeDirection.values()) {
            PagesByTime named = value(store().pagesByTime(room.room(), NOW, direction, 8));
            assertThat(named.pages()).hasSize(EventStore.MAX_RUNS_OVER);
            assertThat(named.within()).isEqualTo(Long.MAX_VALUE);
        }
        RoomBuilder more = new RoomBuilder(room.room());
        more.event("more").depth(32L * EventStore.MAX_RUNS_OVER).ts(NOW - 1);
        more.event("most").depth(32L * EventStore.MAX_RUNS_OVER).ts(NOW + 1);
        write(more);
        for (TimeDirection direction : TimeDirection.values()) {
            assertThat(value(store().pagesByTime(room.room(), NOW, direction, 8))
                            .within())
                    .isZero();
        }
    }
}
