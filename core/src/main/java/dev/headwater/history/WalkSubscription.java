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
 * Drives one walk by demand: emits while events are asked for, and has one read under way at most, which may be one that is
 * not needed yet. Of a reader that has stopped it keeps where the walk is, and no page.
 *
 * <p>Whoever signals (the reader by {@code request} and {@code cancel}, the store by an answer) counts up {@code work};
 * the one who finds it at 0 does the work of all, in a loop, so nothing recurses however often the store answers at once.
 */
final class WalkSubscription implements Subscription, StoppedReaders.Reading {
    private final CoreSubscriber<? super WalkedEvent> reader;
    private final EventStore store;
    private final RoomId room;
    private final Viewer viewer;
    private final StoppedReaders readers;
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicLong requested = new AtomicLong();
    private final AtomicReference<@Nullable Subscription> reading = new AtomicReference<>();
    private volatile boolean cancelled;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Runnable answer;
    private volatile boolean stopped;

    // Touched only by the one who works.
    private @Nullable Descent descent;
    private boolean underWay;
    private boolean waiting;
    private long emitted;

    WalkSubscription(
            CoreSubscriber<? super WalkedEvent> reader,
            EventStore store,
            RoomId room,
            Viewer viewer,
            Descent descent,
            StoppedReaders readers) {
        this.reader = reader;
        this.store = store;
        this.room = room;
        this.viewer = viewer;
        this.descent = descent;
        this.readers = readers;
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            failure = new IllegalArgumentException("request(" + n + "): a positive number is required (rule 3.9)");
        } else {
            requested.accumulateAndGet(n, Operators::addCap);
        }
        if (stopped) {
            stopped = false;
        }
        drain();
    }

    @Override
    public void cancel() {
        cancelled = true;
        stopReading();
        drain();
    }

    @Override
    public long asked() {
        return requested.get();
    }

    @Override
    public void stopped() {
        stopped = true;
        drain();
    }

    private void stopReading() {
        readers.forget(this);
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
            Runnable come = answer;
            if (come != null) {
                answer = null;
                underWay = false;
                waiting = false;
                come.run();
                if (descent == null) {
                    return;
                }
            } else if (waiting) {
                if (stopped) {
                    // It is the store that is waited for.
                    stopped = false;
                    readers.watch(this);
                }
                return;
            }
            long demand = requested.get() - emitted;
            if (walk.isDone()) {
                complete();
            } else if (demand > 0) {
                step(walk, walk.next(demand));
            } else {
                if (stopped) {
                    walk.letGo();
                }
                return;
            }
            walk = descent;
        }
    }

    private void step(Descent walk, WalkStep step) {
        if (step instanceof WalkStep.Emit emit) {
            WalkStep.Read ahead = underWay ? null : walk.ahead();
            if (ahead != null) {
                readPages(walk, ahead);
            }
            if (requested.get() != Long.MAX_VALUE) {
                emitted++;
            }
            reader.onNext(emit.event());
        } else if (!(step instanceof WalkStep.Done)) {
            await(walk, step);
        }
    }

    private void await(Descent walk, WalkStep step) {
        waiting = true;
        if (underWay) {
            // It may bring what is needed: the walk is asked again then.
            return;
        }
        if (step instanceof WalkStep.Locate locate) {
            read(store.locate(room, locate.events()), walk::take);
        } else if (step instanceof WalkStep.Prepare prepare) {
            read(viewer.prepare(room, prepare.sides()).thenReturn(prepare), done -> {});
        } else if (step instanceof WalkStep.Read pages) {
            readPages(walk, pages);
        }
    }

    private void readPages(Descent walk, WalkStep.Read pages) {
        readers.watch(this);
        read(answerTo(pages), found -> walk.take(pages, found));
    }

    private Mono<Pages> answerTo(WalkStep.Read asked) {
        if (!asked.bodies()) {
            return store.plan(room, asked.pages());
        }
        RoomHead since = asked.since();
        return since == null ? store.window(room, asked.pages()) : store.windowSince(since, asked.pages());
    }

    private <T> void read(Mono<T> call, java.util.function.Consumer<T> taker) {
        underWay = true;
        call.subscribe(new Answer<>(taker));
    }

    private void complete() {
        descent = null;
        if (underWay) {
            stopReading();
        }
        readers.forget(this);
        reader.onComplete();
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
        private @Nullable Subscription mine;
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
            mine = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(T value) {
            come = true;
            // What has brought pages may hold them.
            reading.compareAndSet(mine, null);
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
                        complete();
                    } else {
                        throw new WalkMovedException(room);
                    }
                };
                drain();
            }
        }
    }
}
