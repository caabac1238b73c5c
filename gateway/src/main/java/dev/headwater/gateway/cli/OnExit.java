package dev.headwater.gateway.cli;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * What is to be done when a command ends, one after the other, last added first: on its normal end, on a failure, and on
 * Ctrl-C or SIGTERM. Whoever ends it while it is being ended waits until all is done.
 */
final class OnExit implements AutoCloseable {
    private final Deque<Runnable> tasks = new ConcurrentLinkedDeque<>();
    private final Thread hook = new Thread(this::run, "headwater-exit");
    private volatile boolean over;

    OnExit() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Adds a task; if the end has begun already it is done before this returns. */
    void add(Runnable task) {
        tasks.push(task);
        if (over) {
            run();
        }
    }

    @Override
    public void close() {
        run();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending: the hook runs or has run, and finds nothing left to do.
            return;
        }
    }

    // The command's own thread comes here too when the hook has woken it, and must not end what the hook still uses.
    private synchronized void run() {
        over = true;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
