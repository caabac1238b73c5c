package dev.headwater.gateway.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * An event loop as a scheduler. What is to run at once cannot be taken back, not even by disposing of the worker:
 * {@code publishOn} leaves what it holds to its next run once it has asked for one, and a run that never comes would lose
 * a buffer.
 */
final class LoopScheduler implements Scheduler {
    private final EventLoop loop;

    LoopScheduler(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public Disposable schedule(Runnable task) {
        loop.execute(task);
        return Disposables.never();
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        Future<?> later = loop.schedule(task, delay, unit);
        return () -> later.cancel(false);
    }

    @Override
    public Worker createWorker() {
        return new Worker() {
            @Override
            public Disposable schedule(Runnable task) {
                return LoopScheduler.this.schedule(task);
            }

            @Override
            public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
                return LoopScheduler.this.schedule(task, delay, unit);
            }

            @Override
            public void dispose() {
                // Nothing is kept.
            }
        };
    }
}
