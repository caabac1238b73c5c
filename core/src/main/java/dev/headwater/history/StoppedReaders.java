package dev.headwater.history;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.scheduler.Scheduler;

/**
 * Tells those who hold pages for a reader that it has stopped, so that they let go of them: one that has asked for nothing
 * from one look to the next. It looks only while there is somebody to look at, from a thread of its scheduler.
 */
final class StoppedReaders {
    /** Well over what a page's side data is good for, so that only bodies are read once more when the reader goes on. */
    static final Duration LOOKS_EVERY = Duration.ofSeconds(1);

    /** Somebody who reads for a reader. */
    interface Reading {
        /** A number from 0 on that grows when the reader asks for more. */
        long asked();

        /** The reader has stopped; not told again until it is watched again. Called from any thread. */
        void stopped();
    }

    private static final Long NOT_LOOKED_AT = -1L;

    private final Scheduler scheduler;
    private final Map<Reading, Long> watched = new ConcurrentHashMap<>();
    private final AtomicBoolean looking = new AtomicBoolean();

    StoppedReaders(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Watches until {@link #forget} or until it has stopped. */
    void watch(Reading reading) {
        if (watched.putIfAbsent(reading, NOT_LOOKED_AT) == null) {
            lookLater();
        }
    }

    void forget(Reading reading) {
        watched.remove(reading);
    }

    private void lookLater() {
        if (!looking.getAndSet(true)) {
            scheduler.schedule(this::look, LOOKS_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        try {
            watched.forEach(this::look);
        } finally {
            looking.set(false);
            if (!watched.isEmpty()) {
                lookLater();
            }
        }
    }

    private void look(Reading reading, Long askedBefore) {
        Long asked = reading.asked();
        if (!asked.equals(askedBefore)) {
            watched.replace(reading, askedBefore, asked);
        } else if (watched.remove(reading, asked)) {
            reading.stopped();
        }
    }
}
