package dev.headwater.gateway.keys;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** So many fetches at once and no more; so many wait, in order, and the rest are turned away. Safe for use by many threads. */
final class FetchTurns {
    private final int atOnce;
    private final int mayWait;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;

    FetchTurns(int atOnce, int mayWait) {
        this.atOnce = atOnce;
        this.mayWait = mayWait;
    }

    /** Runs the fetch now or, in another thread, when it is its turn; false if too many wait already. */
    boolean enter(Runnable fetch) {
        synchronized (this) {
            if (running == atOnce) {
                return waiting.size() < mayWait && waiting.add(fetch);
            }
            running++;
        }
        fetch.run();
        return true;
    }

    /** For one that waits: takes it out of the queue. False if it was its turn already. */
    synchronized boolean giveUp(Runnable fetch) {
        return waiting.remove(fetch);
    }

    /** For one that was run: its turn is over. */
    void leave() {
        Runnable next = next();
        if (next != null) {
            next.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable next = waiting.poll();
        if (next == null) {
            running--;
        }
        return next;
    }
}
