package dev.headwater.gateway.discovery;

import dev.headwater.id.ServerName;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Asks a host for its {@code /.well-known/matrix/server}, over HTTPS and a few redirects. */
final class WellKnownFetch {
    private static final String PATH = "/.well-known/matrix/server";
    private static final int MAX_BYTES = 50 * 1024;

    /** From the bare name to that with www and back leaves some to spare. */
    private static final int MAX_REDIRECTS = 5;

    private static final Duration TIMEOUT = Duration.ofSeconds(8);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int FIRST_OF_THE_SERVERS_OWN = 500;
    private static final int TOO_MANY_REQUESTS = 429;

    /**
     * @param server to whom the host delegates; empty if to nobody
     * @param lifetime how long that holds; null if it could not be found out
     */
    record Result(Optional<ServerName> server, @Nullable Duration lifetime) {}

    private static final Result UNKNOWN = new Result(Optional.empty(), null);

    private final DnsLookup names;
    private final AddressRule rule;
    private final HttpExchange exchange;
    private final Clock clock;
    private final int defaultPort;

    /** @param defaultPort that of HTTPS */
    WellKnownFetch(DnsLookup names, AddressRule rule, HttpExchange exchange, Clock clock, int defaultPort) {
        this.names = names;
        this.rule = rule;
        this.exchange = exchange;
        this.clock = clock;
        this.defaultPort = defaultPort;
    }

    /**
     * Subscribing asks, cancelling ends it. Never fails and never empty.
     *
     * @param ofNothing how long it holds that the host delegates to nobody
     */
    Mono<Result> fetch(HostName host, Duration ofNothing) {
        return follow(new Place(host, host.value(), OptionalInt.empty(), PATH), MAX_REDIRECTS)
                .map(answer -> result(answer, ofNothing))
                .timeout(TIMEOUT, Mono.just(UNKNOWN))
                .onErrorReturn(UNKNOWN);
    }

    private Result result(HttpExchange.Answer answer, Duration ofNothing) {
        if (answer.status() >= FIRST_OF_THE_SERVERS_OWN || answer.status() == TOO_MANY_REQUESTS) {
            return UNKNOWN;
        }
        Optional<ServerName> server =
                answer.status() == 200 ? WellKnown.delegate(answer.body()) : Optional.<ServerName>empty();
        Duration lifetime = server.isPresent() ? WellKnown.lifetime(answer.headers(), clock.instant()) : ofNothing;
        return new Result(server, lifetime);
    }

    private Mono<HttpExchange.Answer> follow(Place place, int redirects) {
        return names.addresses(place.host(), true)
                .map(found -> server(place, found))
                .flatMap(
                        server -> exchange.send(server, HttpMethod.GET, place.target(), headers -> {}, null, MAX_BYTES))
                .flatMap(answer -> {
                    String location = answer.headers().get(HttpHeaderNames.LOCATION);
                    if (!REDIRECTS.contains(answer.status()) || location == null) {
                        return Mono.just(answer);
                    }
                    Place next = place.redirected(location);
                    // Whoever redirects to where nobody may follow has nothing to say.
                    return next == null || redirects == 0 ? Mono.just(answer) : follow(next, redirects - 1);
                });
    }

    private ResolvedServer server(Place place, List<InetAddress> found) {
        int port = place.port().orElse(defaultPort);
        return new ResolvedServer(true, place.authority(), rule.open(place.host(), found, port));
    }

    /**
     * Where a request goes.
     *
     * @param authority the value of the {@code Host} header
     * @param target path and query
     */
    private record Place(HostName host, String authority, OptionalInt port, String target) {
        @Nullable
        Place redirected(String location) {
            URI to;
            try {
                to = new URI("https://" + authority + target).resolve(new URI(location));
            } catch (URISyntaxException | IllegalArgumentException e) {
                return null;
            }
            HostName next = to.getHost() == null ? null : HostName.of(to.getHost());
            if (next == null || !"https".equalsIgnoreCase(to.getScheme()) || to.getRawUserInfo() != null) {
                return null;
            }
            String path = to.getRawPath() == null || to.getRawPath().isEmpty() ? "/" : to.getRawPath();
            return new Place(
                    next,
                    to.getRawAuthority(),
                    to.getPort() < 0 ? OptionalInt.empty() : OptionalInt.of(to.getPort()),
                    to.getRawQuery() == null ? path : path + "?" + to.getRawQuery());
        }
    }
}
