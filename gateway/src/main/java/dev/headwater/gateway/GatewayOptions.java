package dev.headwater.gateway;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestKeys;
import dev.headwater.gateway.discovery.AddressRange;
import dev.headwater.gateway.http.ListenAddress;
import dev.headwater.gateway.http.ServerOptions;
import dev.headwater.gateway.limit.LimitOptions;
import dev.headwater.gateway.limit.Proxies;
import dev.headwater.gateway.tls.TlsFiles;
import dev.headwater.id.ServerName;
import dev.headwater.sign.SigningKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway needs to know.
 *
 * @param serverName the resident server: {@code origin} of answers, {@code destination} of signatures
 * @param whitelist the servers that may ask at all
 * @param keys those of the servers that ask
 * @param signingKey the resident server's, which it publishes; null if it publishes none
 * @param backfillMaxLimit a request for more events is answered with this many
 * @param missingEvents of {@code /get_missing_events}
 */
public record GatewayOptions(
        ServerName serverName,
        ServerOptions http,
        FederationWhitelist whitelist,
        RequestKeys keys,
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

    /**
     * What a response may take of the heap while its reader has stopped: sixteen pages of its walk, which are half of this
     * if nobody else reads the same, and the events that are about to be written.
     */
    private static final long HEAP_OF_A_RESPONSE = 1024 * 1024;

    private static final int SHARE_OF_RESPONSES = 2;

    /** Taken apart as JSON, a body may be thirty times its size for a moment. */
    private static final int SHARE_OF_BODIES = 64;

    /** A few bodies of the largest size. */
    private static final long FEWEST_BODY_BYTES = 4 * 1024 * 1024;

    private static final int FEWEST_RESPONSES = 32;
    private static final int MOST_RESPONSES = 100_000;

    /** What a configuration says, with the keys for it. */
    public static GatewayOptions of(Config config, RequestKeys keys, @Nullable SigningKey signingKey) {
        ServerOptions http = new ServerOptions(
                addresses(config),
                config.http().idleTimeout(),
                config.http().requestTimeout(),
                config.http().progressTimeout(),
                SHUTDOWN,
                config.http().maxTarget(),
                limits(config));
        return new GatewayOptions(
                config.serverName(),
                http,
                FederationWhitelist.of(config.federationDomainWhitelist()),
                keys,
                signingKey,
                config.backfill().maxLimit(),
                new MissingEvents(
                        config.getMissingEvents().maxLimit(),
                        config.getMissingEvents().minDepth() == Config.MinDepth.HONOURED));
    }

    private static LimitOptions limits(Config config) {
        return new LimitOptions(
                config.http().maxConnections(),
                config.http().maxConnectionsPerAddress(),
                config.rcAddress().perSecond(),
                config.rcAddress().burstCount(),
                config.rcFederation().concurrent(),
                config.rcFederation().rejectLimit(),
                Math.max(FEWEST_BODY_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_BODIES),
                config.http().maxResponses().orElseGet(GatewayOptions::responsesForTheHeap),
                // A proxy on this machine that does not say whom it brings must not get the limit of one client.
                AddressRange.LOOPBACK);
    }

    private static int responsesForTheHeap() {
        long some = Runtime.getRuntime().maxMemory() / SHARE_OF_RESPONSES / HEAP_OF_A_RESPONSE;
        return (int) Math.min(MOST_RESPONSES, Math.max(FEWEST_RESPONSES, some));
    }

    private static List<ListenAddress> addresses(Config config) {
        if (config.listeners().isEmpty()) {
            return List.of(ListenAddress.plain(new InetSocketAddress("127.0.0.1", DEFAULT_PORT)));
        }
        return config.listeners().stream().flatMap(GatewayOptions::addresses).toList();
    }

    private static Stream<ListenAddress> addresses(Config.Listener listener) {
        TlsFiles tls = listener.tls().map(ConfigFiles::of).orElse(null);
        Proxies proxies = listener.xForwarded()
                ? new Proxies(listener.trustedProxies().orElse(AddressRange.LOOPBACK))
                : Proxies.NONE;
        return listener.bindAddresses().stream()
                .map(host -> new ListenAddress(new InetSocketAddress(host, listener.port()), proxies, tls));
    }
}
