package dev.headwater.redis;

import java.time.Duration;

/**
 * How the store talks to Redis. Every value is finite: Lettuce by default waits for ever and queues without end.
 *
 * @param uri {@code redis://}, {@code rediss://}, {@code redis-sentinel://} as Lettuce reads them, or
 *     {@code redis-cluster://[user:password@]host:port,host:port} and {@code rediss-cluster://} with any of its nodes
 * @param connectTimeout until a connection stands and has greeted
 * @param readTimeout until the answer of a read has come
 * @param writeTimeout until the answer of a write has come
 * @param requestQueue requests without an answer, on each connection; what exceeds it is refused
 * @param reconnectDelay the longest pause between two attempts to connect again
 * @param topologyRefresh how often the nodes of a cluster are asked for its shape
 * @param movingSlotPatience for how long a write is tried again while the room's slot moves to another node
 */
public record RedisOptions(
        String uri,
        Duration connectTimeout,
        Duration readTimeout,
        Duration writeTimeout,
        int requestQueue,
        Duration reconnectDelay,
        Duration topologyRefresh,
        Duration movingSlotPatience) {
    public RedisOptions {
        positive("connectTimeout", connectTimeout);
        positive("readTimeout", readTimeout);
        positive("writeTimeout", writeTimeout);
        positive("reconnectDelay", reconnectDelay);
        positive("topologyRefresh", topologyRefresh);
        positive("movingSlotPatience", movingSlotPatience);
        if (requestQueue < 1) {
            throw new IllegalArgumentException("requestQueue is " + requestQueue + ", expected at least 1");
        }
    }

    /** The defaults. */
    public static RedisOptions of(String uri) {
        return new RedisOptions(
                uri,
                Duration.ofSeconds(2),
                Duration.ofMillis(500),
                Duration.ofSeconds(2),
                1_000,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5));
    }

    public RedisOptions withReadTimeout(Duration value) {
        return new RedisOptions(
                uri,
                connectTimeout,
                value,
                writeTimeout,
                requestQueue,
                reconnectDelay,
                topologyRefresh,
                movingSlotPatience);
    }

    public RedisOptions withWriteTimeout(Duration value) {
        return new RedisOptions(
                uri,
                connectTimeout,
                readTimeout,
                value,
                requestQueue,
                reconnectDelay,
                topologyRefresh,
                movingSlotPatience);
    }

    /** Without the URI, which may hold a password. */
    @Override
    public String toString() {
        return "RedisOptions[connectTimeout=" + connectTimeout + ", readTimeout=" + readTimeout + ", writeTimeout="
                + writeTimeout + ", requestQueue=" + requestQueue + ", reconnectDelay=" + reconnectDelay
                + ", topologyRefresh=" + topologyRefresh + ", movingSlotPatience=" + movingSlotPatience + "]";
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " is " + value + ", expected more than nothing");
        }
    }
}
