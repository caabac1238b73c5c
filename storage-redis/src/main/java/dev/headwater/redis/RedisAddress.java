package dev.headwater.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Where Redis is.
 *
 * @param nodes one address, or some nodes of a cluster
 */
record RedisAddress(boolean cluster, List<RedisURI> nodes) {
    private static final String CLUSTER = "redis-cluster://";
    private static final String TLS_CLUSTER = "rediss-cluster://";

    /** @throws IllegalArgumentException without the text, which may hold a password */
    static RedisAddress parse(String uri, Duration timeout) {
        List<RedisURI> nodes = new ArrayList<>();
        boolean cluster = uri.startsWith(CLUSTER) || uri.startsWith(TLS_CLUSTER);
        try {
            if (cluster) {
                String scheme = uri.startsWith(CLUSTER) ? "redis://" : "rediss://";
                String rest = uri.substring(uri.indexOf("://") + 3);
                int at = rest.lastIndexOf('@');
                for (String node : rest.substring(at + 1).split(",", -1)) {
                    nodes.add(RedisURI.create(scheme + rest.substring(0, at + 1) + node));
                }
            } else {
                nodes.add(RedisURI.create(uri));
            }
        } catch (IllegalArgumentException e) {
            // Neither the message nor the cause: both may quote the password.
            throw new IllegalArgumentException("the Redis URI is not one of redis://host:port, rediss://host:port, "
                    + "redis-sentinel://host:port,…#name, redis-cluster://host:port,host:port,…");
        }
        nodes.forEach(node -> node.setTimeout(timeout));
        return new RedisAddress(cluster, List.copyOf(nodes));
    }
}
