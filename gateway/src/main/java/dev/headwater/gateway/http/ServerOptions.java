package dev.headwater.gateway.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How a listener listens.
 *
 * @param addresses port 0 picks a free one
 * @param idleTimeout how long a connection may stay without a request
 * @param requestTimeout how long a request's line and headers, and then its body, may take to arrive
 * @param progressTimeout how long one chunk of a response, {@link JsonStream#CHUNK_BYTES}, may take to leave
 * @param shutdownTimeout how long responses under way may take to end once the server is told to stop
 * @param maxTarget the longest request target, in bytes
 */
public record ServerOptions(
        List<InetSocketAddress> addresses,
        Duration idleTimeout,
        Duration requestTimeout,
        Duration progressTimeout,
        Duration shutdownTimeout,
        int maxTarget) {
    public ServerOptions {
        addresses = List.copyOf(addresses);
    }
}
