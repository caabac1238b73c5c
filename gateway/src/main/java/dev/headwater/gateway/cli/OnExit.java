package dev.headwater.gateway.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when a command ends, one after the other, last added first: on its normal end, on a failure, and on
 * Ctrl-C or SIGTERM. Whoever ends it while it is being ended waits until all is done.
 */
final class OnExit implements AutoCloseable {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Object turn = new Object();
    private final Thread hook = new Thread(this::run, "headwater-exit");
    private boolean over;

    OnExit() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Adds a task; if the end has begun already it is done before this returns. */
    void add(Runnable task) {
        synchronized (tasks) {
            tasks.push(task);
            if (!over) {
                return;
            }
        }
        run();
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
    private void run() {
        synchronized (turn) {
            for (Runnable task = next(); task != null; task = next()) {
                task.run();
            }
        }
    }

    private @Nullable Runnable next() {
        synchronized (tasks) {
            over = true;
            return tasks.poll();
        }
    }
}
