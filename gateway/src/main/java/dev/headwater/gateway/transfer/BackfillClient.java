package dev.headwater.gateway.transfer;

import dev.headwater.gateway.auth.RequestSigner;
import dev.headwater.gateway.discovery.Bounds;
import dev.headwater.gateway.discovery.FederationClient;
import dev.headwater.gateway.discovery.FederationException;
import java.util.List;
import reactor.core.publisher.Mono;

/** Asks other servers for history, as another server would: signed requests. */
public final class BackfillClient {
    private final FederationClient servers;
    private final RequestSigner signer;
    private final Bounds bounds;

    /** @param bounds of each request */
    public BackfillClient(FederationClient servers, RequestSigner signer, Bounds bounds) {
        this.servers = servers;
        this.signer = signer;
        this.bounds = bounds;
    }

    /**
     * The events of a complete answer, each as its bytes stand there. Subscribing sends the request; cancelling closes
     * the connection. Fails with {@link TransferException} for any other answer, also for one that breaks off.
     */
    public Mono<List<byte[]>> ask(BackfillRequest request) {
        String target = request.target();
        return Mono.fromSupplier(() -> signer.authorization(request.destination(), "GET", target))
                .flatMap(authorization -> servers.get(request.destination(), target, authorization, bounds))
                .map(BackfillAnswer::events)
                .onErrorMap(FederationException.class, e -> new TransferException(String.valueOf(e.getMessage()), e));
    }
}
