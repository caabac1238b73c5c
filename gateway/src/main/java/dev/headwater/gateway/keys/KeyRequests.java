package dev.headwater.gateway.keys;

import dev.headwater.id.ServerName;
import reactor.core.publisher.Mono;

/** The two requests by which keys are had. Each is cold, sends once a subscription, and ends with it. */
interface KeyRequests {
    /** The body of the server's own answer about its keys. */
    Mono<byte[]> ofServer(ServerName server);

    /** The body of a notary's answer to a query. */
    Mono<byte[]> ofNotary(ServerName notary, byte[] query);
}
