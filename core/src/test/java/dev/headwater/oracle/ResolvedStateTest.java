package dev.headwater.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.MemoryEventStore;
import dev.headwater.oracle.RandomRoom.Vouched;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is shown in full of random rooms is allowed by the states that state resolution comes to. {@code
 * -Dheadwater.oracle.rooms=N} draws more rooms, {@code -Dheadwater.oracle.threads=N} checks them on more threads, and
 * {@code -Dheadwater.oracle.seed=S} draws the room of a failure first.
 */
final class ResolvedStateTest {
    private static final int ROOMS = Integer.getInteger("headwater.oracle.rooms", 1_000);
    private static final int THREADS = Integer.getInteger("headwater.oracle.threads", 1);
    private static final long SEED = Long.getLong("headwater.oracle.seed", 20261127);
    /** Rooms among which there must be one that shows what must not be shown, if what stands in a dump invites it. */
    private static final int ROOMS_OF_OTHER_DUMPS = 60_000;
    /** From here on one is soon found; from chance to chance it may take thousands of rooms. */
    private static final long FIRST_OF_OTHER_DUMPS = 2_600;

    @Test
    void allowsWhatIsShownInFull() throws InterruptedException, ExecutionException {
        System.out.println("ResolvedStateTest: -Dheadwater.oracle.seed=" + SEED);
        long begun = System.nanoTime();
        Tally tally = new Tally();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Tally>> parts = LongStream.range(0, THREADS)
                    .mapToObj(first -> (Callable<Tally>) () -> check(first))
                    .toList();
            for (Future<Tally> part : threads.invokeAll(parts)) {
                tally.add(part.get());
            }
        } finally {
            threads.shutdownNow();
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        System.out.println("ResolvedStateTest: " + ROOMS / Math.max(1, seconds) + " rooms/s; " + tally);
        assertThat(tally.allShown()).isGreaterThan(20L * ROOMS);
    }

    private static Tally check(long first) {
        Tally tally = new Tally();
        for (long seed = SEED + first; seed < SEED + ROOMS; seed += THREADS) {
            try {
                LeakCheck.check(RandomRoom.draw(seed), new MemoryEventStore(), tally);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("-Dheadwater.oracle.seed=" + seed + ": " + failure.getMessage(), failure);
            }
        }
        return tally;
    }

    /** What a dump must not hold is what the check notices: without it, nothing would tell that it can fail. */
    @ParameterizedTest
    @EnumSource(names = {"SOFT_FAILED_TOO", "REJECTED_TOO"})
    void noticesWhatNoHomeserverVouchesFor(Vouched vouched) {
        assertThat(LongStream.range(FIRST_OF_OTHER_DUMPS, FIRST_OF_OTHER_DUMPS + ROOMS_OF_OTHER_DUMPS))
                .anyMatch(seed -> leaks(RandomRoom.draw(seed, vouched)));
    }

    private static boolean leaks(RandomRoom room) {
        try {
            LeakCheck.check(room, new MemoryEventStore(), new Tally());
            return false;
        } catch (AssertionError leak) {
            return true;
        }
    }
}
