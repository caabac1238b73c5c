package dev.headwater.redis;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.netty.channel.EventLoop;
import io.netty.util.Timer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The connections of a store: who asks on an event loop that has one gets that, all others take turns. */
final class Lanes {
    private final List<Lane> lanes;
    private final AtomicInteger turn = new AtomicInteger();

    /** @param lanes at least one */
    Lanes(List<Lane> lanes) {
        this.lanes = List.copyOf(lanes);
    }

    /** For what has to end in time. */
    Timer timer() {
        return lanes.get(0).resources().timer();
    }

    RedisClusterAsyncCommands<byte[], byte[]> current() {
        Lane own = own();
        Lane lane = own == null ? lanes.get(Math.floorMod(turn.getAndIncrement(), lanes.size())) : own;
        return lane.commands();
    }

    /** The event loop that asks and is answered, if the caller is on one that has a connection. */
    @Nullable
    EventLoop loop() {
        Lane own = own();
        return own == null ? null : own.loop();
    }

    private @Nullable Lane own() {
        for (Lane lane : lanes) {
            EventLoop loop = lane.loop();
            if (loop != null && loop.inEventLoop()) {
                return lane;
            }
        }
        return null;
    }
}
