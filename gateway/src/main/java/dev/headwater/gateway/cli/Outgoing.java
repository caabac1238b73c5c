package dev.headwater.gateway.cli;

import dev.headwater.gateway.discovery.FederationClient;
import dev.headwater.gateway.discovery.OutgoingOptions;
import java.net.URI;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/** A command's client for requests to other servers, with the one event loop that it runs on. */
final class Outgoing implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final LoopResources loops = LoopResources.create("headwater-outgoing", 1, true);
    private final FederationClient client;

    private Outgoing(Function<LoopResources, FederationClient> client) {
        this.client = client.apply(loops);
    }

    /** @param server where every request goes; null to find servers by their names */
    static Outgoing to(@Nullable URI server, OutgoingOptions options) {
        return new Outgoing(loops ->
                server == null ? FederationClient.create(options, loops) : FederationClient.at(server, options, loops));
    }

    FederationClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close().then(loops.disposeLater(Duration.ZERO, PATIENCE)).block(PATIENCE.plus(PATIENCE));
    }
}
