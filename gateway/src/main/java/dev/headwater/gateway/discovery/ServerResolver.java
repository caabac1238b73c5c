package dev.headwater.gateway.discovery;

import static dev.headwater.gateway.discovery.FederationException.Reason.FORBIDDEN_ADDRESS;
import static dev.headwater.gateway.discovery.FederationException.Reason.NOT_FOUND;

import dev.headwater.id.ServerName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Finds servers by their names.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#resolving-server-names">Resolving server names</a>
 */
final class ServerResolver implements ServerLocator {
    private static final int DEFAULT_PORT = 8448;

    private final DnsLookup names;
    private final AddressRule rule;

    ServerResolver(DnsLookup names, AddressRule rule) {
        this.names = names;
        this.rule = rule;
    }

    @Override
    public Mono<ResolvedServer> locate(ServerName server) {
        HostName host = HostName.of(server.host());
        if (host == null) {
            return Mono.error(new FederationException(NOT_FOUND, server + ": not a name that DNS could know"));
        }
        int port = server.port().orElse(DEFAULT_PORT);
        return names.addresses(host, true).map(found -> at(server, host, found, port));
    }

    private ResolvedServer at(ServerName server, HostName host, List<InetAddress> found, int port) {
        List<InetSocketAddress> open = found.stream()
                .filter(rule::mayReach)
                .map(address -> new InetSocketAddress(host.named(address), port))
                .toList();
        if (open.isEmpty()) {
            throw new FederationException(FORBIDDEN_ADDRESS, server + ": has no address that may be reached");
        }
        return new ResolvedServer(true, server.value(), open);
    }
}
