package dev.headwater.gateway.discovery;

import static dev.headwater.gateway.discovery.FederationException.Reason.NOT_FOUND;

import dev.headwater.id.ServerName;
import java.net.InetSocketAddress;
import java.net.URI;
import reactor.core.publisher.Mono;

/** Finds every server at one URL that the operator named. */
final class FixedServer implements ServerLocator {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final URI url;
    private final DnsLookup names;

    FixedServer(URI url, DnsLookup names) {
        this.url = url;
        this.names = names;
    }

    @Override
    public Mono<ResolvedServer> locate(ServerName server) {
        boolean secure = "https".equalsIgnoreCase(url.getScheme());
        int port = url.getPort() >= 0 ? url.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
        HostName host = HostName.of(url.getHost());
        if (host == null) {
            return Mono.error(new FederationException(NOT_FOUND, url.getHost() + ": not a host name"));
        }
        return names.addresses(host, true)
                .map(found -> new ResolvedServer(
                        secure,
                        url.getAuthority(),
                        found.stream()
                                .map(address -> new InetSocketAddress(host.named(address), port))
                                .toList()));
    }
}
