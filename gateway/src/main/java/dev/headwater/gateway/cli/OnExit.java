package dev.headwater.gateway.cli;

import java.util.ArrayDeque;
import java.util.Deque;

/** What is to be done when a command ends, last added first: on its normal end, on a failure, and on Ctrl-C or SIGTERM. */
final class OnExit implements AutoCloseable {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Thread hook = new Thread(this::run, "headwater-exit");
    private boolean over;

    OnExit() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Adds a task; if the end has begun already it is done at once. */
    void add(Runnable task) {
        synchronized (tasks) {
            if (!over) {
                tasks.push(task);
                return;
            }
        }
        task.run();
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

    private void run() {
        while (true) {
            Runnable task;
            synchronized (tasks) {
                over = true;
                task = tasks.poll();
            }
            if (task == null) {
                return;
            }
            task.run();
        }
    }
}
