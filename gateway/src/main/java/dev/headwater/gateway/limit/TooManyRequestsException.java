package dev.headwater.gateway.limit;

import java.time.Duration;

/** One client or one server asks for more than its share. */
public final class TooManyRequestsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    TooManyRequestsException(String message, Duration retryAfter) {
        super(message, null, false, false);
        this.retryAfter = retryAfter;
    }

    /** When there is likely to be room for it again. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
