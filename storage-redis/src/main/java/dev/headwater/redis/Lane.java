package dev.headwater.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One way to Redis: a connection to each node, all read and written by one thread.
 *
 * @param loop the caller's event loop that does it; null if it is a thread of Lettuce's own
 */
record Lane(
        @Nullable EventLoop loop,
        AbstractRedisClient client,
        ClientResources resources,
        RedisClusterAsyncCommands<byte[], byte[]> commands) {
    Mono<Void> close() {
        return close(client, resources);
    }

    static Mono<Void> close(AbstractRedisClient client, ClientResources resources) {
        return Mono.fromFuture(() -> client.shutdownAsync(0, 2, TimeUnit.SECONDS))
                .then(Mono.create(
                        sink -> resources.shutdown(0, 2, TimeUnit.SECONDS).addListener(done -> sink.success())));
    }
}
