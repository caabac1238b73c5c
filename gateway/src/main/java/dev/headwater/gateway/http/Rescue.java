package dev.headwater.gateway.http;

import dev.headwater.gateway.auth.AuthenticationException;
import dev.headwater.gateway.limit.OverloadedException;
import dev.headwater.gateway.limit.TooManyRequestsException;
import dev.headwater.history.StoreUnavailableException;
import dev.headwater.history.WalkMovedException;
import dev.headwater.history.WalkTooWideException;
import io.netty.handler.timeout.ReadTimeoutException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;
import reactor.netty.channel.AbortedException;

/** The one place that turns causes of failure into statuses and error codes. */
final class Rescue {
    /** Long enough not to hurry a store that is coming back, short enough for a peer to try once more. */
    private static final Duration RECOVERY = Duration.ofSeconds(5);

    /** Who waits for less is back with the next request anyway. */
    private static final long SHORTEST_RETRY_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Rescue.class);

    private Rescue() {}

    static MatrixError from(Throwable failure) {
        Throwable cause = Exceptions.unwrap(failure);
        if (cause instanceof RefusedException refused) {
            return refused(refused.reason(), String.valueOf(refused.getMessage()));
        }
        if (cause instanceof AuthenticationException authentication) {
            return authentication(authentication.reason(), String.valueOf(authentication.getMessage()));
        }
        if (cause instanceof StoreUnavailableException) {
            LOG.warn("The store is unavailable: {}", cause.getMessage());
            return refused(RefusedException.Cause.OVERLOADED, "the store is unavailable");
        }
        if (cause instanceof TooManyRequestsException tooMany) {
            return new MatrixError(
                    429, "M_LIMIT_EXCEEDED", String.valueOf(tooMany.getMessage()), retryAfter(tooMany.retryAfter()));
        }
        if (cause instanceof OverloadedException) {
            return refused(RefusedException.Cause.OVERLOADED, String.valueOf(cause.getMessage()));
        }
        if (cause instanceof WalkMovedException || cause instanceof WalkTooWideException) {
            LOG.warn("A walk was given up: {}", cause.getMessage());
            return refused(RefusedException.Cause.OVERLOADED, "the room's history is in motion");
        }
        if (cause instanceof RejectedExecutionException) {
            return refused(RefusedException.Cause.OVERLOADED, "too many requests are waiting");
        }
        if (cause instanceof AbortedException) {
            LOG.debug("A requester has gone before its request was complete: {}", cause.toString());
            return refused(RefusedException.Cause.TOO_SLOW, "the request did not come to its end");
        }
        if (cause instanceof ReadTimeoutException) {
            return refused(RefusedException.Cause.TOO_SLOW, "the request did not come in time");
        }
        LOG.error("A request failed for a reason that nobody foresaw", cause);
        return new MatrixError(500, "M_UNKNOWN", "internal error");
    }

    private static MatrixError refused(RefusedException.Cause cause, String message) {
        return switch (cause) {
            case BAD_HTTP -> new MatrixError(400, "M_UNKNOWN", message);
            case HTTP_VERSION -> new MatrixError(505, "M_UNKNOWN", message);
            case TARGET_TOO_LONG -> new MatrixError(414, "M_TOO_LARGE", message);
            case HEADERS_TOO_LARGE -> new MatrixError(431, "M_TOO_LARGE", message);
            case BODY_TOO_LARGE -> new MatrixError(413, "M_TOO_LARGE", message);
            case TOO_SLOW -> new MatrixError(408, "M_UNKNOWN", message);
            case EXPECTATION -> new MatrixError(417, "M_UNKNOWN", message);
            case CONTENT_CODING -> new MatrixError(415, "M_UNKNOWN", message);
            case NO_SUCH_PATH -> new MatrixError(404, "M_UNRECOGNIZED", message);
            case NO_SUCH_METHOD -> new MatrixError(405, "M_UNRECOGNIZED", message);
            case NOT_JSON -> new MatrixError(400, "M_NOT_JSON", message);
            case BAD_JSON -> new MatrixError(400, "M_BAD_JSON", message);
            case MISSING_PARAMETER -> new MatrixError(400, "M_MISSING_PARAM", message);
            case BAD_PARAMETER -> new MatrixError(400, "M_INVALID_PARAM", message);
            case NO_ACCESS -> new MatrixError(403, "M_FORBIDDEN", message);
            case NOTHING_FOUND -> new MatrixError(404, "M_NOT_FOUND", message);
            case OVERLOADED -> new MatrixError(503, "M_UNKNOWN", message, retryAfter(RECOVERY));
        };
    }

    /** Once to twice as long, so that those who were refused together do not come back together. */
    private static long retryAfter(Duration atLeast) {
        long millis = Math.max(SHORTEST_RETRY_MILLIS, atLeast.toMillis());
        return millis + ThreadLocalRandom.current().nextLong(millis);
    }

    private static MatrixError authentication(AuthenticationException.Reason reason, String message) {
        return switch (reason) {
            case ABSENT, NOT_PROVEN -> new MatrixError(401, "M_UNAUTHORIZED", message);
            case MALFORMED -> new MatrixError(400, "M_UNAUTHORIZED", message);
        };
    }

    /** What stands for an empty-bodied error of the HTTP layer below. */
    static MatrixError fromStatus(int status) {
        return switch (status) {
            case 400 -> refused(RefusedException.Cause.BAD_HTTP, "the request is not well-formed HTTP");
            case 408 -> refused(RefusedException.Cause.TOO_SLOW, "the request did not come in time");
            case 413 -> refused(RefusedException.Cause.BODY_TOO_LARGE, "the request's body is too large");
            case 414 -> refused(RefusedException.Cause.TARGET_TOO_LONG, "the request target is too long");
            case 431 -> refused(RefusedException.Cause.HEADERS_TOO_LARGE, "the request's headers are too large");
            default -> new MatrixError(status, "M_UNKNOWN", "the request failed");
        };
    }
}
