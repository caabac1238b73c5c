package dev.headwater.loadtest.bench;

import dev.headwater.redis.RedisOptions;
import java.time.Duration;

/** How the bench talks to Redis: a busy machine makes figures worse, but ends no run. */
final class Patience {
    private static final Duration LONG = Duration.ofSeconds(30);

    private Patience() {}

    static RedisOptions with(String uri) {
        RedisOptions usual = RedisOptions.of(uri);
        return new RedisOptions(
                uri,
                LONG,
                LONG,
                LONG,
                usual.requestQueue(),
                usual.reconnectDelay(),
                usual.topologyRefresh(),
                usual.movingSlotPatience());
    }
}
