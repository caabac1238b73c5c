package dev.headwater.gateway.discovery;

import dev.headwater.id.ServerName;
import reactor.core.publisher.Mono;

/** Finds out where a server listens. */
interface ServerLocator {
    /** Subscribing looks it up, or finds it in a cache. Fails with {@link FederationException}; never empty. */
    Mono<ResolvedServer> locate(ServerName server);
}
