package dev.headwater.gateway.discovery;

import static dev.headwater.gateway.discovery.FederationException.Reason.NOT_FOUND;

import dev.headwater.id.ServerName;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Finds servers by their names: an address or a port in the name, a well-known file that delegates to another name, SRV
 * records, or else the port of federation.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#resolving-server-names">Resolving server names</a>
 */
final class ServerResolver implements ServerLocator {
    /** Of the targets of SRV records: the rest would take too long. */
    private static final int MAX_TARGETS = 4;

    private final DnsLookup names;
    private final Delegations delegations;
    private final AddressRule rule;
    private final int defaultPort;
    private final RandomGenerator random;

    /** @param defaultPort that of federation */
    ServerResolver(
            DnsLookup names, Delegations delegations, AddressRule rule, int defaultPort, RandomGenerator random) {
        this.names = names;
        this.delegations = delegations;
        this.rule = rule;
        this.defaultPort = defaultPort;
        this.random = random;
    }

    @Override
    public Mono<ResolvedServer> locate(ServerName server) {
        HostName host = HostName.of(server.host());
        if (host == null) {
            return Mono.error(new FederationException(NOT_FOUND, server + ": not a name that DNS could know"));
        }
        if (isComplete(server, host)) {
            return direct(server, host);
        }
        return delegations.of(host).flatMap(delegate -> {
            ServerName name = delegate.orElse(server);
            HostName its = HostName.of(name.host());
            if (its == null) {
                return Mono.error(new FederationException(NOT_FOUND, server + ": delegates to what is no name"));
            }
            return isComplete(name, its) ? direct(name, its) : byServices(name, its);
        });
    }

    private static boolean isComplete(ServerName server, HostName host) {
        return host.address() != null || server.port().isPresent();
    }

    private Mono<ResolvedServer> direct(ServerName server, HostName host) {
        return addresses(host, host, true, server.port().orElse(defaultPort)).map(open -> at(server, open));
    }

    private Mono<ResolvedServer> byServices(ServerName server, HostName host) {
        return names.services("_matrix-fed._tcp." + host.value())
                .flatMap(records ->
                        records.isEmpty() ? names.services("_matrix._tcp." + host.value()) : Mono.just(records))
                .flatMap(records -> records.isEmpty() ? direct(server, host) : byTargets(server, host, records));
    }

    private Mono<ResolvedServer> byTargets(ServerName server, HostName host, List<ServiceRecord> records) {
        return Flux.fromIterable(ServiceRecord.order(records, random))
                .take(MAX_TARGETS)
                // One after another; those that lead nowhere leave it to the next.
                .concatMap(
                        record -> {
                            HostName target = HostName.of(record.target());
                            return target == null || target.address() != null
                                    ? Mono.<List<InetSocketAddress>>empty()
                                    : addresses(target, host, false, record.port())
                                            .onErrorResume(FederationException.class, e -> Mono.empty());
                        },
                        1)
                .flatMapIterable(open -> open)
                .collectList()
                .map(open -> {
                    if (open.isEmpty()) {
                        throw FederationException.noAddress(NOT_FOUND, server.value());
                    }
                    return at(server, open);
                });
    }

    /**
     * @param certified whom the certificate must be for
     * @param aliases whether the host may be an alias of another, as the target of an SRV record may not
     */
    private Mono<List<InetSocketAddress>> addresses(HostName host, HostName certified, boolean aliases, int port) {
        return names.addresses(host, aliases).map(found -> rule.open(certified, found, port));
    }

    private static ResolvedServer at(ServerName server, List<InetSocketAddress> open) {
        return new ResolvedServer(true, server.value(), open);
    }
}
