package dev.headwater.gateway;

import java.util.regex.Pattern;

/**
 * Where rooms are kept: {@code memory:}, {@code redis://[user:password@]host:port/db}, {@code rediss://…} (TLS) or
 * {@code redis-cluster://h1:p1,h2:p2}.
 */
public record StoreUri(String value) {
    static final String EXPECTED =
            "memory:, redis://host:port/db, rediss://host:port/db or redis-cluster://host:port,host:port";
    private static final Pattern REDIS = Pattern.compile(
            "rediss?://(?:[^@/\\s]*@)?(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::\\d{1,5})?(?:/\\d{1,5})?/?");
    private static final Pattern CLUSTER = Pattern.compile(
            "redis-cluster://(?:[^@/\\s]*@)?[A-Za-z0-9._-]+(?::\\d{1,5})?(?:,[A-Za-z0-9._-]+(?::\\d{1,5})?)*/?");
    private static final Pattern SECRET = Pattern.compile("//[^@/]*@");

    /** @throws IllegalArgumentException if {@code value} names no store that this version knows */
    public static StoreUri parse(String value) {
        if (value.equals("memory:")
                || REDIS.matcher(value).matches()
                || CLUSTER.matcher(value).matches()) {
            return new StoreUri(value);
        }
        throw new IllegalArgumentException(
                value.startsWith("redis-sentinel:")
                        ? "not supported in this version; expected " + EXPECTED
                        : "expected " + EXPECTED);
    }

    /** Whether the store ends with its process. */
    public boolean isMemory() {
        return value.equals("memory:");
    }

    /** A text with the passwords of URIs masked, fit for logs and messages. */
    static String masked(String text) {
        return SECRET.matcher(text).replaceAll("//***@");
    }

    /** The URI with its password masked. */
    @Override
    public String toString() {
        return masked(value);
    }
}
