package dev.headwater.redis;

import io.netty.channel.EventLoop;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Fails with a {@link TimeoutException}, and cancels its source, if that has not ended in time. Reactor's own timeout makes a
 * text with regular expressions for each subscriber, and wakes a thread; here a read mostly ends before the timer has even
 * looked at it. Until it has, the timer keeps what it was given: that is an {@link Alarm} alone, which lets go of all else when
 * the read ends.
 *
 * <p>It is about Redis, not about us: an event loop that was busy with something else sends and reads first what it has to.
 */
final class Deadline<T> extends MonoOperator<T, T> {
    // For Redis to answer what a busy loop has sent only now, and for the loop to read it.
    private static final long GRACE_MILLIS = 10;

    private final Duration allowed;
    private final Timer timer;
    private final Supplier<@Nullable EventLoop> loop;

    /** @param loop of the thread that subscribes, if it will read the answer */
    Deadline(Mono<T> source, Duration allowed, Timer timer, Supplier<@Nullable EventLoop> loop) {
        super(source);
        this.allowed = allowed;
        this.timer = timer;
        this.loop = loop;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.subscribe(new Watched<>(this, actual));
    }

    /** Holds a read that has not ended. */
    private static final class Alarm extends AtomicReference<@Nullable Watched<?>> implements TimerTask {
        private static final long serialVersionUID = 1L;

        Alarm(Watched<?> watched) {
            super(watched);
        }

        @Override
        public void run(Timeout passed) {
            Watched<?> late = get();
            EventLoop loop = late == null ? null : late.loop;
            if (loop == null) {
                ring();
                return;
            }
            try {
                loop.execute(() -> loop.schedule(this::ring, GRACE_MILLIS, TimeUnit.MILLISECONDS));
            } catch (RejectedExecutionException ended) {
                ring();
            }
        }

        private void ring() {
            Watched<?> late = getAndSet(null);
            if (late != null) {
                late.fail();
            }
        }
    }

    private static final class Watched<T> implements CoreSubscriber<T>, Subscription {
        private final Deadline<T> parent;
        private final CoreSubscriber<? super T> actual;
        private final @Nullable EventLoop loop;
        private final Alarm alarm = new Alarm(this);
        private volatile @Nullable Subscription upstream;
        private @Nullable Timeout timeout;

        Watched(Deadline<T> parent, CoreSubscriber<? super T> actual) {
            this.parent = parent;
            this.actual = actual;
            this.loop = parent.loop.get();
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            if (Operators.validate(upstream, subscription)) {
                upstream = subscription;
                timeout = parent.timer.newTimeout(alarm, parent.allowed.toNanos(), TimeUnit.NANOSECONDS);
                actual.onSubscribe(this);
            }
        }

        @Override
        public void onNext(T value) {
            if (end()) {
                actual.onNext(value);
                actual.onComplete();
            } else {
                Operators.onNextDropped(value, currentContext());
            }
        }

        @Override
        public void onError(Throwable failure) {
            if (end()) {
                actual.onError(failure);
            }
        }

        @Override
        public void onComplete() {
            if (end()) {
                actual.onComplete();
            }
        }

        @Override
        public void request(long n) {
            Subscription subscription = upstream;
            if (subscription != null) {
                subscription.request(n);
            }
        }

        @Override
        public void cancel() {
            end();
            cancelUpstream();
        }

        private void fail() {
            cancelUpstream();
            actual.onError(new TimeoutException("no answer within " + parent.allowed));
        }

        private boolean end() {
            if (alarm.getAndSet(null) == null) {
                return false;
            }
            Timeout running = timeout;
            if (running != null) {
                running.cancel();
            }
            return true;
        }

        private void cancelUpstream() {
            Subscription subscription = upstream;
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }
}
