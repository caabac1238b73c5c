package dev.headwater.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A stretch of time in which all or some events of a page lie, from {@code from} on for 2 to the power of {@code bits}
 * milliseconds: by this a page is found whose events claim a time.
 *
 * <p>A time is what an event claims as its {@code origin_server_ts}, which may be any number: what is negative counts as 0
 * here, and what is above {@link #LATEST} as that.
 *
 * @param from when the first of the events was
 * @param bits the fewest that reach over the last of them
 */
public record TimeRun(long from, int bits) {
    /** Runs that one page has at most. */
    public static final int MAX_RUNS = 4;
    /** The highest number that {@link #bits} can be. */
    public static final int MAX_BITS = 46;
    /** Two thousand years from the epoch. */
    public static final long LATEST = (1L << MAX_BITS) - 1;

    // A page is cut where a time is far off all others, as wrong clocks and lies are. Rooms that rest for some hours
    // between pages' worth of talk are not cut: each run takes room in the store.
    private static final long LONG_PAUSE = 1L << 26;
    private static final int LONGER_THAN_THE_REST = 8;

    /** What a time counts as. */
    public static long indexed(long originServerTs) {
        return Math.max(0, Math.min(originServerTs, LATEST));
    }

    /** The runs of a page, ascending; together they hold the times of all its events. */
    public static List<TimeRun> of(SidePage page) {
        long[] times = page.sides().stream()
                .mapToLong(side -> indexed(side.originServerTs()))
                .sorted()
                .toArray();
        Set<Integer> cuts = cuts(times);
        List<TimeRun> runs = new ArrayList<>();
        int first = 0;
        for (int last = 0; last < times.length; last++) {
            if (last == times.length - 1 || cuts.contains(last)) {
                runs.add(new TimeRun(times[first], Long.SIZE - Long.numberOfLeadingZeros(times[last] - times[first])));
                first = last + 1;
            }
        }
        return runs;
    }

    /** Behind which of the times to cut: at the widest gaps, as many as are each far wider than all that is left. */
    private static Set<Integer> cuts(long[] times) {
        List<Integer> widestFirst = IntStream.range(0, Math.max(0, times.length - 1))
                .boxed()
                .sorted(Comparator.comparingLong((Integer at) -> times[at] - times[at + 1]))
                .limit(MAX_RUNS - 1)
                .toList();
        long rest = times.length == 0 ? 0 : times[times.length - 1] - times[0];
        int cuts = 0;
        for (int i = 0; i < widestFirst.size(); i++) {
            int at = widestFirst.get(i);
            long gap = times[at + 1] - times[at];
            rest -= gap;
            if (gap >= LONG_PAUSE && gap / LONGER_THAN_THE_REST >= rest) {
                cuts = i + 1;
            }
        }
        return new HashSet<>(widestFirst.subList(0, cuts));
    }

    /** The last millisecond that belongs to it. */
    public long to() {
        return from + (1L << bits) - 1;
    }

    /** How far from a time on it begins in a direction: 0 if the time lies in it, negative if all of it lies behind. */
    public long distance(long time, TimeDirection direction) {
        if (from <= time && time <= to()) {
            return 0;
        }
        return direction.distance(time, direction == TimeDirection.FORWARDS ? from : to());
    }
}
