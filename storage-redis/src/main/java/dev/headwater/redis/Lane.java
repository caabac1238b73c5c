package dev.headwater.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.netty.channel.EventLoop;
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
        return ClientShutdown.of(client, resources);
    }
}
