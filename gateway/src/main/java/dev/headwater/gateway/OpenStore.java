package dev.headwater.gateway;

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
     */
    public static Mono<OpenStore> forRequests(StoreUri uri, EventLoopGroup loops) {
        return open(uri, () -> RedisEventStore.connect(RedisOptions.of(uri.value()), loops));
    }

    /** As {@link #forRequests}, for a job that rather waits than fails. */
    public static Mono<OpenStore> forJobs(StoreUri uri) {
        return open(
                uri, () -> RedisEventStore.connect(RedisOptions.of(uri.value()).withReadTimeout(READ_OF_A_JOB)));
    }

    private static Mono<OpenStore> open(StoreUri uri, Supplier<Mono<RedisEventStore>> connect) {
        if (uri.isMemory()) {
            return Mono.fromSupplier(() -> new OpenStore(new MemoryEventStore(), Mono.empty()));
        }
        return connect.get().map(redis -> new OpenStore(redis, redis.close()));
    }
}
