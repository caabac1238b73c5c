package dev.headwater.redis.testing;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Lets event loops wait for two locks of Lettuce that all who send commands over one connection share. They are held for a
 * few instructions, to look a connection up, to forget those that were looked up, or to count; the second also while a
 * connection that has come back is handed the commands that wait for it.
 */
public final class LettuceLocks implements BlockHoundIntegration {
    static final String CONNECTIONS = "io.lettuce.core.cluster.PooledClusterConnectionProvider";
    static final String LOOK_UP = "lambda$getWriteConnection$1";
    static final String FORGET = "resetFastConnectionCache";
    static final String LEARN = "setPartitions";
    static final String WRITERS = "io.lettuce.core.protocol.SharedLock";
    static final String COUNT = "incrementWriters";

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.allowBlockingCallsInside(CONNECTIONS, LOOK_UP)
                .allowBlockingCallsInside(CONNECTIONS, FORGET)
                .allowBlockingCallsInside(CONNECTIONS, LEARN)
                .allowBlockingCallsInside(WRITERS, COUNT);
    }
}
