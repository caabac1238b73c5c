package dev.headwater.gateway.keys;

import dev.headwater.gateway.discovery.Bounds;
import dev.headwater.gateway.discovery.FederationClient;
import dev.headwater.gateway.discovery.FederationException;
import dev.headwater.gateway.discovery.FederationException.Reason;
import dev.headwater.id.ServerName;
import dev.headwater.sign.KeyDocument;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.publisher.Mono;

/** Asks for keys over the network. */
final class FederationKeyRequests implements KeyRequests {
    private static final Bounds BOUNDS = new Bounds(KeyFlight.LIMIT, KeyDocument.MAX_BYTES);

    private final FederationClient client;

    FederationKeyRequests(FederationClient client) {
        this.client = client;
    }

    @Override
    public Mono<byte[]> ofServer(ServerName server) {
        return client.get(server, "/_matrix/key/v2/server", BOUNDS)
                .onErrorMap(FederationKeyRequests::isBusy, e -> busy());
    }

    @Override
    public Mono<byte[]> ofNotary(ServerName notary, byte[] query) {
        return client.post(notary, "/_matrix/key/v2/query", query, BOUNDS)
                .onErrorMap(FederationKeyRequests::isBusy, e -> busy());
    }

    private static boolean isBusy(Throwable failure) {
        return failure instanceof FederationException refused && refused.reason() == Reason.BUSY;
    }

    private static RejectedExecutionException busy() {
        return new RejectedExecutionException("too many requests to other servers are under way");
    }
}
