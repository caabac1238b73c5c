package dev.headwater.history;

import dev.headwater.id.RoomId;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Drives one walk by demand: emits while events are asked for, and while they are has one read under way at most.
 *
 * <p>Whoever signals (the reader by {@code request} and {@code cancel}, the store by an answer) counts up {@code work};
 * the one who finds it at 0 does the work of all, in a loop, so nothing recurses however often the store answers at once.
 */
final class WalkSubscription implements Subscription {
    private final CoreSubscriber<? super WalkedEvent> reader;
    private final EventStore store;
    private final RoomId room;
    private final Viewer viewer;
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicLong requested = new AtomicLong();
    private final AtomicReference<@Nullable Subscription> reading = new AtomicReference<>();
    private volatile boolean cancelled;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Runnable answer;

    // Touched only by the one who works.
    private @Nullable Descent descent;
    private boolean waiting;
    private long emitted;

    WalkSubscription(
            CoreSubscriber<? super WalkedEvent> reader, EventStore store, RoomId room, Viewer viewer, Descent descent) {
        this.reader = reader;
        this.store = store;
        this.room = room;
        this.viewer = viewer;
        this.descent = descent;
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            failure = new IllegalArgumentException("request(" + n + "): a positive number is required (rule 3.9)");
        } else {
            requested.accumulateAndGet(n, Operators::addCap);
        }
        drain();
    }

    @Override
    public void cancel() {
        cancelled = true;
        stopReading();
        drain();
    }

    private void stopReading() {
        Subscription read = reading.getAndSet(Operators.cancelledSubscription());
        if (read != null) {
            read.cancel();
        }
    }

    private void drain() {
        if (work.getAndIncrement() != 0) {
            return;
        }
        int done = 1;
        do {
            try {
                proceed();
            } catch (Throwable thrown) {
                reactor.core.Exceptions.throwIfJvmFatal(thrown);
                fail(thrown);
            }
            done = work.addAndGet(-done);
        } while (done != 0);
    }

    private void proceed() {
        Descent walk = descent;
        while (walk != null) {
            if (cancelled) {
                descent = null;
                return;
            }
            Throwable failed = failure;
            if (failed != null) {
                fail(failed);
                return;
            }
            if (waiting) {
                Runnable come = answer;
                if (come == null) {
                    return;
                }
                answer = null;
                waiting = false;
                come.run();
                if (descent == null) {
                    return;
                }
            }
            long demand = requested.get() - emitted;
            if (walk.isDone()) {
                descent = null;
                reader.onComplete();
            } else if (demand == 0) {
                return;
            } else {
                step(walk, walk.next(demand));
            }
            walk = descent;
        }
    }

    private void step(Descent walk, WalkStep step) {
        if (step instanceof WalkStep.Emit emit) {
            if (requested.get() != Long.MAX_VALUE) {
                emitted++;
            }
            reader.onNext(emit.event());
        } else if (step instanceof WalkStep.Locate locate) {
            read(store.locate(room, locate.events()), walk::take);
        } else if (step instanceof WalkStep.Prepare prepare) {
            read(viewer.prepare(room, prepare.sides()).thenReturn(prepare), done -> {});
        } else if (step instanceof WalkStep.Read pages) {
            read(answerTo(pages), found -> walk.take(pages, found));
        }
    }

    private Mono<Pages> answerTo(WalkStep.Read asked) {
        if (!asked.bodies()) {
            return store.plan(room, asked.pages());
        }
        RoomHead since = asked.since();
        return since == null ? store.window(room, asked.pages()) : store.windowSince(since, asked.pages());
    }

    private <T> void read(Mono<T> call, java.util.function.Consumer<T> taker) {
        waiting = true;
        call.subscribe(new Answer<>(taker));
    }

    private void fail(Throwable thrown) {
        if (descent == null) {
            Operators.onErrorDropped(thrown, reader.currentContext());
            return;
        }
        descent = null;
        stopReading();
        reader.onError(thrown);
    }

    /** Takes what the store says to the one who works. */
    private final class Answer<T> implements CoreSubscriber<T> {
        private final java.util.function.Consumer<T> taker;
        private boolean come;

        Answer(java.util.function.Consumer<T> taker) {
            this.taker = taker;
        }

        @Override
        public Context currentContext() {
            return reader.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            Subscription before = reading.get();
            if (before == Operators.cancelledSubscription() || !reading.compareAndSet(before, subscription)) {
                subscription.cancel();
                return;
            }
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(T value) {
            come = true;
            answer = () -> taker.accept(value);
            drain();
        }

        @Override
        public void onError(Throwable thrown) {
            failure = thrown;
            drain();
        }

        @Override
        public void onComplete() {
            if (!come) {
                answer = () -> {
                    // The room is not stored: nothing to walk, unless the walk has begun.
                    if (descent != null && !descent.hasBegun()) {
                        descent = null;
                        reader.onComplete();
                    } else {
                        throw new WalkMovedException(room);
                    }
                };
                drain();
            }
        }
    }
}
