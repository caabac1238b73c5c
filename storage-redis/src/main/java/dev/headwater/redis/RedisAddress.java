package dev.headwater.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where Redis is.
 *
 * @param nodes one address, or some nodes of a cluster
 */
record RedisAddress(boolean cluster, List<RedisURI> nodes) {
    private static final String CLUSTER = "redis-cluster://";
    private static final String TLS_CLUSTER = "rediss-cluster://";
    private static final Pattern NODE = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?");

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
                    if (!NODE.matcher(node).matches()) {
                        throw unknownForm();
                    }
                    nodes.add(RedisURI.create(scheme + rest.substring(0, at + 1) + node));
                }
            } else {
                nodes.add(RedisURI.create(uri));
            }
        } catch (IllegalArgumentException e) {
            // Neither its message nor itself as the cause: both may quote the password.
            throw unknownForm();
        }
        nodes.forEach(node -> node.setTimeout(timeout));
        return new RedisAddress(cluster, List.copyOf(nodes));
    }

    private static IllegalArgumentException unknownForm() {
        return new IllegalArgumentException("the Redis URI is not one of redis://host:port, rediss://host:port, "
                + "redis-sentinel://host:port,…#name, redis-cluster://host:port,host:port,…");
    }
}
