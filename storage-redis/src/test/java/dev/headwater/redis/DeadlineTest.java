package dev.headwater.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

final class DeadlineTest {
    private final LazyTimer timer = new LazyTimer();

    /** Keeps all that it is given, and runs it when it is told to, also what was cancelled. */
    private static final class LazyTimer implements Timer {
        private final List<Entry> entries = new ArrayList<>();

        private record Entry(Timer timer, TimerTask task, boolean[] cancelled) implements Timeout {
            @Override
            public boolean isExpired() {
                return false;
            }

            @Override
            public boolean isCancelled() {
                return cancelled[0];
            }

            @Override
            public boolean cancel() {
                cancelled[0] = true;
                return true;
            }
        }

        @Override
        public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
            Entry entry = new Entry(this, task, new boolean[1]);
            entries.add(entry);
            return entry;
        }

        @Override
        public Set<Timeout> stop() {
            return Set.copyOf(entries);
        }

        void runAll() {
            entries.forEach(entry -> {
                try {
                    entry.task.run(entry);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    private <T> Mono<T> watched(Mono<T> source) {
        return new Deadline<>(source, Duration.ofSeconds(1), timer, () -> null);
    }

    @Test
    void handsOnWhatComesInTime() {
        StepVerifier.create(watched(Mono.just("in time"))).expectNext("in time").verifyComplete();
        StepVerifier.create(watched(Mono.empty())).verifyComplete();
        StepVerifier.create(watched(Mono.error(new IllegalStateException("down"))))
                .verifyErrorMessage("down");
        assertThat(timer.entries).hasSize(3).allMatch(LazyTimer.Entry::isCancelled);
        timer.runAll();
    }

    @Test
    void failsAndCancelsWhatTakesLonger() {
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(watched(source.mono())).then(timer::runAll).verifyError(TimeoutException.class);
        source.assertCancelled();
    }

    @Test
    void saysNothingMoreOnceItWasCancelled() {
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(watched(source.mono())).thenCancel().verify();
        timer.runAll();
        source.assertCancelled();
        assertThat(timer.entries).allMatch(LazyTimer.Entry::isCancelled);
    }

    /** A timer looks at what was cancelled when its time comes; until then thousands of reads may have ended. */
    @Test
    void leavesNothingOfAReadThatHasEndedToTheTimer() {
        WeakReference<byte[]> read = read();
        await().until(() -> {
            System.gc();
            return read.get() == null;
        });
        assertThat(timer.entries).hasSize(1);
    }

    private WeakReference<byte[]> read() {
        byte[] page = new byte[1024];
        StepVerifier.create(watched(Mono.just(page))).expectNextCount(1).verifyComplete();
        return new WeakReference<>(page);
    }
}
