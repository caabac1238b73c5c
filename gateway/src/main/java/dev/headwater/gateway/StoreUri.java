package dev.headwater.gateway;

import java.util.regex.Pattern;

/**
 * Where rooms are kept: {@code memory:}, or a Redis as {@code redis://[user:password@]host:port/db},
 * {@code redis-sentinel://host:port,host:port/db#name} or {@code redis-cluster://host:port,host:port}; {@code rediss…}
 * for TLS.
 */
public record StoreUri(String value) {
    static final String EXPECTED = "memory:, redis://host:port/db, rediss://host:port/db,"
            + " redis-sentinel://host:port,host:port/db#name or redis-cluster://host:port,host:port";
    private static final String USER = "(?:[^@/\\s]*@)?";
    private static final String HOST = "(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::\\d{1,5})?";
    private static final String HOSTS = HOST + "(?:," + HOST + ")*";
    private static final Pattern REDIS = Pattern.compile("rediss?://" + USER + HOST + "(?:/\\d{1,5})?/?");
    private static final Pattern CLUSTER = Pattern.compile("rediss?-cluster://" + USER + HOSTS + "/?");
    private static final Pattern SENTINEL =
            Pattern.compile("rediss?-sentinel://" + USER + HOSTS + "(?:/\\d{1,5})?#[A-Za-z0-9._-]+");
    private static final Pattern SECRET = Pattern.compile("//[^@/]*@");

    /** @throws IllegalArgumentException if {@code value} names no store that this version knows */
    public static StoreUri parse(String value) {
        if (value.equals("memory:")
                || REDIS.matcher(value).matches()
                || CLUSTER.matcher(value).matches()
                || SENTINEL.matcher(value).matches()) {
            return new StoreUri(value);
        }
        throw new IllegalArgumentException("expected " + EXPECTED);
    }

    /** Whether the store ends with its process. */
    public boolean isMemory() {
        return value.equals("memory:");
    }

    /** A text with the passwords of URIs masked, fit for logs and messages. */
    public static String masked(String text) {
        return SECRET.matcher(text).replaceAll("//***@");
    }

    /** The URI with its password masked. */
    @Override
    public String toString() {
        return masked(value);
    }
}
