package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class TimeRunTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final long HOUR = 3_600_000;

    private static List<TimeRun> runs(long... times) {
        return TimeRun.of(SidePage.open(
                new PageId(0, 0),
                Arrays.stream(times).mapToObj(TimeRunTest::side).toList()));
    }

    private static Side side(long ts) {
        return new Side(
                RoomBuilder.id("e"),
                0,
                ts,
                EventKind.ORDINARY,
                Visibility.OPEN,
                StateAround.UNKNOWN,
                false,
                Redacted.NO,
                false,
                List.of(),
                0,
                1);
    }

    @Test
    void reachesFromTheFirstEventOverTheLastByAPowerOfTwo() {
        assertThat(runs()).isEmpty();
        assertThat(runs(7, 7)).containsExactly(new TimeRun(7, 0));
        assertThat(runs(8, 7)).containsExactly(new TimeRun(7, 1));
        assertThat(runs(7, 9)).containsExactly(new TimeRun(7, 2));
        assertThat(runs(7, 10)).containsExactly(new TimeRun(7, 2));
        assertThat(runs(7, 11)).containsExactly(new TimeRun(7, 3));
        assertThat(new TimeRun(7, 2).to()).isEqualTo(10);
    }

    @Test
    void cutsOffAClockThatIsWrongByYears() {
        assertThat(runs(NOW, NOW + 1, 0, NOW + HOUR)).containsExactly(new TimeRun(0, 0), new TimeRun(NOW, bits(HOUR)));
        assertThat(runs(NOW, 0, NOW + 3, 1L << 45, NOW + 5, -9, Long.MAX_VALUE))
                .as("three clocks of different times")
                .containsExactly(
                        new TimeRun(0, 0),
                        new TimeRun(NOW, 3),
                        new TimeRun(1L << 45, 0),
                        new TimeRun(TimeRun.LATEST, 0));
    }

    @Test
    void cutsNoPauseThatRoomsHave() {
        assertThat(runs(NOW, NOW + 1, NOW + 18 * HOUR)).hasSize(1);
        assertThat(runs(NOW, NOW + 1, NOW + 19 * HOUR)).hasSize(2);
        assertThat(runs(NOW, NOW + 12 * HOUR, NOW + 108 * HOUR)).hasSize(2);
        assertThat(runs(NOW, NOW + 12 * HOUR, NOW + 107 * HOUR))
                .as("less than eight times as long as what is left")
                .hasSize(1);
    }

    @Test
    void isCutAtMostInFourWhateverEventsClaim() {
        assertThat(runs(LongStream.range(0, 32).map(i -> i << 41).toArray())).hasSize(1);
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            long[] times = random.longs(1 + random.nextInt(32))
                    .map(time -> random.nextInt(3) == 0 ? time : time >>> random.nextInt(64))
                    .toArray();
            List<TimeRun> runs = runs(times);
            assertThat(runs.size()).isBetween(1, TimeRun.MAX_RUNS);
            for (int run = 1; run < runs.size(); run++) {
                assertThat(runs.get(run).from()).isGreaterThan(runs.get(run - 1).from());
            }
            for (long time : times) {
                long indexed = TimeRun.indexed(time);
                assertThat(runs).anyMatch(run -> run.from() <= indexed && indexed <= run.to());
            }
            assertThat(runs).allMatch(run -> run.bits() <= TimeRun.MAX_BITS);
        }
    }

    @Test
    void liesSoFarFromATime() {
        TimeRun run = new TimeRun(100, 3);
        assertThat(run.distance(90, TimeDirection.FORWARDS)).isEqualTo(10);
        assertThat(run.distance(100, TimeDirection.FORWARDS)).isZero();
        assertThat(run.distance(107, TimeDirection.FORWARDS)).isZero();
        assertThat(run.distance(108, TimeDirection.FORWARDS)).isNegative();
        assertThat(run.distance(110, TimeDirection.BACKWARDS)).isEqualTo(3);
        assertThat(run.distance(107, TimeDirection.BACKWARDS)).isZero();
        assertThat(run.distance(99, TimeDirection.BACKWARDS)).isNegative();
    }

    private static int bits(long span) {
        return Long.SIZE - Long.numberOfLeadingZeros(span);
    }
}
