package dev.headwater.gateway.endpoint;

import dev.headwater.gateway.Gateway;
import dev.headwater.gateway.GatewayOptions;
import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestKeys;
import dev.headwater.gateway.http.ListenAddress;
import dev.headwater.gateway.http.ServerOptions;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.gateway.limit.LimitOptions;
import dev.headwater.history.EventStore;
import dev.headwater.id.ServerName;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.redis.RedisOptions;
import dev.headwater.sign.PinnedKeys;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A gateway over Redis, without a cache, as a {@link GatewayProcess}, so that its memory can be small. */
final class SmallGateway {
    private SmallGateway() {}

    /** @param arguments the store, the asker's public key, and the highest limit */
    public static void main(String[] arguments) throws IOException {
        RedisEventStore store =
                TestGateway.connect(RedisOptions.of(arguments[0]).withReadTimeout(Duration.ofSeconds(5)));
        Gateway gateway = start(store, arguments[1], Integer.parseInt(arguments[2]));
        while (System.in.read() >= 0) {
            continue;
        }
        gateway.stop().then(store.close()).block(Duration.ofSeconds(30));
    }

    /**
     * Starts it on a free port, which it prints.
     *
     * @param key the public one of {@code remote.example}, which may ask
     */
    static Gateway start(EventStore store, String key, int maxLimit) {
        ServerOptions http = new ServerOptions(
                List.of(ListenAddress.plain(new InetSocketAddress("127.0.0.1", 0))),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                Duration.ofSeconds(5),
                16 * 1024,
                LimitOptions.unlimited());
        PinnedKeys keys = PinnedKeys.parse(Map.of("remote.example", Map.of("ed25519:a_1", key)));
        Gateway gateway = Objects.requireNonNull(Gateway.start(
                        new GatewayOptions(
                                ServerName.parse(TestGateway.NAME),
                                http,
                                FederationWhitelist.ALL,
                                RequestKeys.pinned(keys),
                                null,
                                maxLimit,
                                new GatewayOptions.MissingEvents(50, false)),
                        store)
                .block(Duration.ofSeconds(30)));
        System.out.println(gateway.addresses().get(0).getPort());
        return gateway;
    }
}
