package dev.headwater.gateway;

import dev.headwater.gateway.http.ServerOptions;
import dev.headwater.id.ServerName;
import dev.headwater.sign.SigningKey;
import dev.headwater.sign.VerifyKeys;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway needs to know.
 *
 * @param serverName the resident server: {@code origin} of answers, {@code destination} of signatures
 * @param verifyKeys the keys of the servers that may ask
 * @param signingKey the resident server's, which it publishes; null if it publishes none
 * @param backfillMaxLimit a request for more events is answered with this many
 * @param missingEvents of {@code /get_missing_events}
 */
public record GatewayOptions(
        ServerName serverName,
        ServerOptions http,
        VerifyKeys verifyKeys,
        @Nullable SigningKey signingKey,
        int backfillMaxLimit,
        MissingEvents missingEvents) {
    private static final int DEFAULT_PORT = 8448;

    /** Longer than the usual answer takes, shorter than what a service manager waits before it kills. */
    private static final Duration SHUTDOWN = Duration.ofSeconds(10);

    /**
     * Limits of {@code /get_missing_events}.
     *
     * @param maxLimit a request for more events is answered with this many
     * @param honoursMinDepth whether {@code min_depth} leaves anything out
     */
    public record MissingEvents(int maxLimit, boolean honoursMinDepth) {}

    /** What a configuration says, with the keys that were read for it. */
    public static GatewayOptions of(Config config, VerifyKeys verifyKeys, @Nullable SigningKey signingKey) {
        ServerOptions http = new ServerOptions(
                addresses(config),
                config.http().idleTimeout(),
                config.http().requestTimeout(),
                config.http().progressTimeout(),
                SHUTDOWN,
                config.http().maxTarget());
        return new GatewayOptions(
                config.serverName(),
                http,
                verifyKeys,
                signingKey,
                config.backfill().maxLimit(),
                new MissingEvents(
                        config.getMissingEvents().maxLimit(),
                        config.getMissingEvents().minDepth() == Config.MinDepth.HONOURED));
    }

    private static List<InetSocketAddress> addresses(Config config) {
        if (config.listeners().isEmpty()) {
            return List.of(new InetSocketAddress("127.0.0.1", DEFAULT_PORT));
        }
        return config.listeners().stream().flatMap(GatewayOptions::addresses).toList();
    }

    private static Stream<InetSocketAddress> addresses(Config.Listener listener) {
        return listener.bindAddresses().stream().map(host -> new InetSocketAddress(host, listener.port()));
    }
}
