package dev.headwater.gateway.discovery;

import static dev.headwater.gateway.discovery.FederationException.Reason.BUSY;
import static dev.headwater.gateway.discovery.FederationException.Reason.CERTIFICATE;
import static dev.headwater.gateway.discovery.FederationException.Reason.FORBIDDEN_ADDRESS;
import static dev.headwater.gateway.discovery.FederationException.Reason.NOT_ALLOWED;
import static dev.headwater.gateway.discovery.FederationException.Reason.TIMEOUT;
import static dev.headwater.gateway.discovery.FederationException.Reason.TOO_LARGE;
import static dev.headwater.gateway.discovery.FederationException.Reason.UNREACHABLE;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.id.ServerName;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * The one client for requests to other servers.
 *
 * <p>Every request is cold: subscribing finds the server and sends it, cancelling ends it and closes its connection. The
 * answer is the whole body of a 200; all else fails with {@link FederationException}, at once for a server that the
 * operator does not federate with. Redirects are not followed.
 */
public final class FederationClient {
    /** Twice what the fetching of keys takes at most. What comes on top fails at once. */
    private static final int MAX_UNDER_WAY = 128;

    private static final int ERROR_TEXT = 300;
    private static final AddressRule ANYWHERE =
            AddressRule.allowing(List.of(AddressRange.parse("0.0.0.0/0"), AddressRange.parse("::/0")));

    /**
     * Where servers listen unless they say otherwise.
     *
     * @param federation where federation is spoken
     * @param https where the well-known file is asked for
     */
    record Ports(int federation, int https) {
        static final Ports USUAL = new Ports(8448, 443);
    }

    private final FederationWhitelist whitelist;
    private final ServerLocator servers;
    private final DnsLookup names;
    private final AddressGuard guard;
    private final HttpExchange exchange;
    private final AtomicInteger underWay = new AtomicInteger();

    private FederationClient(
            OutgoingOptions options,
            AddressRule rule,
            LoopResources loops,
            BiFunction<DnsLookup, HttpExchange, ServerLocator> servers) {
        whitelist = options.whitelist();
        names = new DnsLookup(loops.onClient(false).next(), options.nameServers(), options.clock());
        guard = new AddressGuard(rule, HttpExchange.MAX_CONNECTIONS);
        exchange = new HttpExchange(guard, TrustedAuthorities.context(options.authorities()), loops);
        this.servers = servers.apply(names, exchange);
    }

    /**
     * Finds servers by their names, as every server does.
     *
     * @param loops stay the caller's to dispose of, after {@link #close}
     */
    public static FederationClient create(OutgoingOptions options, LoopResources loops) {
        return create(options, loops, Ports.USUAL);
    }

    static FederationClient create(OutgoingOptions options, LoopResources loops, Ports ports) {
        AddressRule rule = options.addresses();
        return new FederationClient(options, rule, loops, (names, exchange) -> {
            WellKnownFetch wellKnown = new WellKnownFetch(names, rule, exchange, options.clock(), ports.https());
            Delegations delegations = new Delegations(wellKnown::fetch, options.clock());
            return new ServerResolver(
                    names,
                    delegations,
                    rule,
                    ports.federation(),
                    () -> ThreadLocalRandom.current().nextLong());
        });
    }

    /**
     * Sends everything to one URL, whatever server it is for, and wherever the URL leads: the operator named it.
     *
     * @param url {@code http://host:port} or {@code https://host:port}
     * @param loops stay the caller's to dispose of, after {@link #close}
     */
    public static FederationClient at(URI url, OutgoingOptions options, LoopResources loops) {
        return new FederationClient(options, ANYWHERE, loops, (names, exchange) -> new FixedServer(url, names));
    }

    /**
     * The body of the answer to a GET.
     *
     * @param target path and query exactly as they go onto the wire
     */
    public Mono<byte[]> get(ServerName destination, String target, Bounds bounds) {
        return request(destination, HttpMethod.GET, target, null, null, bounds);
    }

    /**
     * As {@link #get(ServerName, String, Bounds)}, signed.
     *
     * @param authorization the value of the {@code Authorization} header
     */
    public Mono<byte[]> get(ServerName destination, String target, String authorization, Bounds bounds) {
        return request(destination, HttpMethod.GET, target, authorization, null, bounds);
    }

    /**
     * The body of the answer to a POST.
     *
     * @param json the body that is sent
     */
    public Mono<byte[]> post(ServerName destination, String target, byte[] json, Bounds bounds) {
        return request(destination, HttpMethod.POST, target, null, json, bounds);
    }

    /** Closes all connections; subscribing starts it. */
    public Mono<Void> close() {
        return exchange.close().doFinally(signal -> names.close());
    }

    /** How many connects went on to the network. */
    long attempts() {
        return guard.attempts();
    }

    private Mono<byte[]> request(
            ServerName destination,
            HttpMethod method,
            String target,
            @Nullable String authorization,
            byte @Nullable [] json,
            Bounds bounds) {
        Mono<byte[]> request = servers.locate(destination)
                .flatMap(server -> exchange.send(
                        server,
                        method,
                        target,
                        headers -> {
                            if (authorization != null) {
                                headers.set(HttpHeaderNames.AUTHORIZATION, authorization);
                            }
                            if (json != null) {
                                headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json");
                            }
                        },
                        json,
                        bounds.maxBytes()))
                .map(answer -> body(destination, answer))
                .timeout(
                        bounds.timeout(),
                        Mono.error(() -> new FederationException(
                                TIMEOUT,
                                destination + ": no complete answer within "
                                        + bounds.timeout().toMillis() + " ms")))
                .onErrorMap(e -> !(e instanceof FederationException), e -> failed(destination, e, bounds));
        return Mono.defer(() -> {
            if (!whitelist.allows(destination)) {
                return Mono.error(
                        new FederationException(NOT_ALLOWED, destination + ": is not in federation_domain_whitelist"));
            }
            if (underWay.incrementAndGet() > MAX_UNDER_WAY) {
                underWay.decrementAndGet();
                return Mono.error(new FederationException(BUSY, destination + ": too many requests are under way"));
            }
            return request.doFinally(signal -> underWay.decrementAndGet());
        });
    }

    private static byte[] body(ServerName destination, HttpExchange.Answer answer) {
        if (answer.status() != 200) {
            throw FederationException.status(
                    answer.status(),
                    destination + ": status " + answer.status() + ", " + brief(answer.body()) + "; expected 200");
        }
        return answer.body();
    }

    private static String brief(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8)
                .replaceAll("\\p{Cntrl}", " ")
                .strip();
        return text.length() <= ERROR_TEXT ? text : text.substring(0, ERROR_TEXT) + "…";
    }

    private static FederationException failed(ServerName destination, Throwable e, Bounds bounds) {
        if (e instanceof HttpExchange.TooLargeException) {
            return new FederationException(
                    TOO_LARGE,
                    destination + ": more than " + bounds.maxBytes() + " bytes of answer; expected at most that");
        }
        if (e instanceof AddressGuard.RefusedException) {
            return FederationException.noAddress(FORBIDDEN_ADDRESS, destination.value());
        }
        if (e instanceof AddressGuard.TooManyException) {
            return new FederationException(BUSY, destination + ": too many connections are open", e);
        }
        if (e instanceof SSLException) {
            return new FederationException(
                    CERTIFICATE, destination + ": no connection that proves to be its own by TLS", e);
        }
        if (e instanceof ConnectException) {
            return new FederationException(UNREACHABLE, destination + ": the connection was refused", e);
        }
        return new FederationException(UNREACHABLE, destination + ": the connection broke", e);
    }
}
