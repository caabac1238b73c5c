package dev.headwater.loadtest.bench;

import java.io.IOException;
import java.time.Duration;

/** Waiting for what tells nobody that it has come. */
final class Waiting {
    private Waiting() {}

    interface Look {
        boolean seesIt() throws IOException;
    }

    /**
     * Looks after each pause until it sees it.
     *
     * @param what is waited for, for the error
     * @throws IOException if looking fails, or nothing was seen for the longest time
     */
    static void until(String what, Look look, Duration pause, Duration longest)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        do {
            if (System.nanoTime() > end) {
                throw new IOException("waited " + longest + " for " + what);
            }
            Thread.sleep(pause.toMillis());
        } while (!look.seesIt());
    }
}
