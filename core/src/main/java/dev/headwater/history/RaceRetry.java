package dev.headwater.history;

import dev.headwater.id.RoomId;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Repeats what was read and worked out when somebody else has published first. */
final class RaceRetry {
    // Somebody gets through at each try, so this is how many others may be in front of us.
    private static final int MAX_RETRIES = 64;
    private static final Retry IF_LOST = Retry.backoff(MAX_RETRIES, Duration.ofMillis(1))
            .maxBackoff(Duration.ofMillis(64))
            .jitter(0.75)
            .filter(LostRaceException.class::isInstance)
            .onRetryExhaustedThrow((spec, signal) -> signal.failure());

    private RaceRetry() {}

    /** Fails with {@link RoomContendedException} after very many tries. */
    static <T> Mono<T> until(RoomId room, Mono<T> attempt) {
        return attempt.retryWhen(IF_LOST)
                .onErrorMap(LostRaceException.class, lost -> new RoomContendedException(room, MAX_RETRIES + 1));
    }
}
