package dev.headwater.gateway.http;

import dev.headwater.gateway.limit.LimitOptions;
import java.time.Duration;
import java.util.List;

/**
 * How a listener listens.
 *
 * @param addresses what is listened on
 * @param idleTimeout how long a connection may stay without a request
 * @param requestTimeout how long a request's line and headers, and then its body, may take to arrive
 * @param progressTimeout how long one chunk of a response, {@link JsonStream#CHUNK_BYTES}, may take to leave
 * @param shutdownTimeout how long responses under way may take to end once the server is told to stop
 * @param maxTarget the longest request target, in bytes
 * @param limits how much at once
 */
public record ServerOptions(
        List<ListenAddress> addresses,
        Duration idleTimeout,
        Duration requestTimeout,
        Duration progressTimeout,
        Duration shutdownTimeout,
        int maxTarget,
        LimitOptions limits) {
    public ServerOptions {
        addresses = List.copyOf(addresses);
    }
}
