package dev.headwater.gateway;

import dev.headwater.gateway.cache.CachedEventStore;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.redis.RedisOptions;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * The store that a configuration names, and how it is closed: the one class that knows which kinds there are.
 *
 * @param close closes it on subscription; what is under way fails
 */
public record OpenStore(EventStore store, Mono<Void> close) {
    // Long enough for a batch on a busy server; a request cannot wait for so long.
    private static final Duration READ_OF_A_JOB = Duration.ofSeconds(10);

    /**
     * Connects on subscription, for a gateway's requests. Fails as {@link RedisEventStore#connect} does.
     *
     * @param loops the gateway's, on which the store then talks too
     * @param cacheBytes how much of what is read from Redis the process keeps; 0 to keep nothing
     */
    public static Mono<OpenStore> forRequests(StoreUri uri, EventLoopGroup loops, long cacheBytes) {
        return open(uri, () -> RedisEventStore.connect(RedisOptions.of(uri.value()), loops), cacheBytes);
    }

    /** As {@link #forRequests}, for a job that rather waits than fails. */
    public static Mono<OpenStore> forJobs(StoreUri uri) {
        return open(
                uri, () -> RedisEventStore.connect(RedisOptions.of(uri.value()).withReadTimeout(READ_OF_A_JOB)), 0);
    }

    private static Mono<OpenStore> open(StoreUri uri, Supplier<Mono<RedisEventStore>> connect, long cacheBytes) {
        if (uri.isMemory()) {
            return Mono.fromSupplier(() -> new OpenStore(new MemoryEventStore(), Mono.empty()));
        }
        return connect.get()
                .map(redis -> new OpenStore(cacheBytes == 0 ? redis : cached(redis, cacheBytes), redis.close()));
    }

    /** A node that takes over may lack what the one before had published, and takes over a connection that breaks. */
    private static EventStore cached(RedisEventStore redis, long cacheBytes) {
        CachedEventStore cached = new CachedEventStore(redis, cacheBytes);
        redis.whenDisconnected(cached::forget);
        return cached;
    }
}
