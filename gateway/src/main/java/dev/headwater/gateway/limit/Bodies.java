package dev.headwater.gateway.limit;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many bytes of request bodies are held, of all requests together. They are read before it is known whose they are,
 * since they are part of what is signed.
 */
public final class Bodies {
    private final long most;
    private final AtomicLong held = new AtomicLong();
    private final LongAdder refused = new LongAdder();

    public Bodies(LimitOptions options) {
        most = options.bodyBytes();
    }

    /** The body of a request that has just come; {@link Body#release} must follow. */
    public Body open() {
        return new Body();
    }

    /** How many bytes are held. */
    public long held() {
        return held.get();
    }

    /** How many bodies were refused since the start. */
    public long refused() {
        return refused.sum();
    }

    /** One body. Used by one thread at a time. */
    public final class Body {
        private long bytes;

        private Body() {}

        /**
         * Counts bytes that have come, before they are kept.
         *
         * @throws OverloadedException if they are too many; they are counted all the same
         */
        public void grow(int more) {
            bytes += more;
            if (held.addAndGet(more) > most) {
                refused.increment();
                throw new OverloadedException("too many request bodies are being read");
            }
        }

        /** Nothing of it is held any more. */
        public void release() {
            held.addAndGet(-bytes);
            bytes = 0;
        }
    }
}
