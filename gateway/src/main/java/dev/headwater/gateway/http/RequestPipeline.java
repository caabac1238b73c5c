package dev.headwater.gateway.http;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestAuthenticator;
import dev.headwater.gateway.auth.RoomAccess;
import dev.headwater.gateway.auth.XMatrix;
import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.gateway.limit.Bodies;
import dev.headwater.gateway.limit.Proxies;
import dev.headwater.gateway.limit.RequestRate;
import dev.headwater.gateway.limit.Turns;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.node.ObjectNode;

/**
 * The path of every request, one stage a line. A stage passes on what it has found or fails with a typed cause;
 * {@link Rescue} alone makes statuses of causes.
 */
final class RequestPipeline {
    private static final Logger LOG = LoggerFactory.getLogger(RequestPipeline.class);

    private final HttpRules rules;
    private final Routes routes;
    private final RequestRate rate;
    private final FederationWhitelist whitelist;
    private final Bodies bodies;
    private final RequestAuthenticator authenticator;
    private final Turns turns;
    private final RoomAccess access;
    private final Duration requestTimeout;
    private final Duration progressTimeout;

    RequestPipeline(
            HttpRules rules,
            Routes routes,
            RequestRate rate,
            FederationWhitelist whitelist,
            Bodies bodies,
            RequestAuthenticator authenticator,
            Turns turns,
            RoomAccess access,
            Duration requestTimeout,
            Duration progressTimeout) {
        this.rules = rules;
        this.routes = routes;
        this.rate = rate;
        this.whitelist = whitelist;
        this.bodies = bodies;
        this.authenticator = authenticator;
        this.turns = turns;
        this.access = access;
        this.requestTimeout = requestTimeout;
        this.progressTimeout = progressTimeout;
    }

    /**
     * Answers one request, whatever happens; completes when the response is handed over, fails if it was aborted.
     *
     * @param proxies whose word about the client's address is taken
     */
    Mono<Void> handle(HttpServerRequest request, HttpServerResponse response, Proxies proxies) {
        return Mono.defer(() -> {
            Exchange exchange = new Exchange();
            ResponseWriter writer = new ResponseWriter(request, response, exchange, progressTimeout);
            Bodies.Body body = bodies.open();
            return answer(request, writer, proxies, body, exchange)
                    .onErrorResume(failure -> rescue(failure, request, writer))
                    .doFinally(signal -> {
                        body.release();
                        exchange.log(signal != SignalType.ON_COMPLETE);
                    });
        });
    }

    private Mono<Void> answer(
            HttpServerRequest request, ResponseWriter writer, Proxies proxies, Bodies.Body body, Exchange exchange) {
        return Mono.fromCallable(() -> limits(request)) // before anything else is looked at
                .map(target -> route(request, target, exchange)) // an unknown path costs no signature check
                .map(routed -> header(request, routed, exchange)) // nor does a header of the wrong shape
                .doOnNext(claimed -> rate(request, proxies)) // from here on requests cost something
                .doOnNext(this::whitelist) // no key is looked for in the name of who may not ask anyway
                .flatMap(claimed -> body(request, claimed, body)) // none is read before the header has the right shape
                .flatMap(claimed -> signature(request, claimed)) // nothing is explained to strangers
                .<Question<?>>map(RequestPipeline::syntax) // before access: 400 in unknown rooms too
                .flatMap(question -> turn(question, exchange, writer)); // all that is above is cheap, all below is not
    }

    private RequestTarget limits(HttpServerRequest request) {
        return rules.check(request.version(), request.uri(), request.requestHeaders());
    }

    private Routed route(HttpServerRequest request, RequestTarget target, Exchange exchange) {
        Routes.Match match = routes.find(request.method().name(), target);
        exchange.route(match.endpoint().route().name());
        return new Routed(target, match);
    }

    private static Claimed header(HttpServerRequest request, Routed routed, Exchange exchange) {
        if (!routed.match.endpoint().route().signed()) {
            return new Claimed(routed, null, null);
        }
        XMatrix credentials = XMatrix.parse(request.requestHeaders().getAll(HttpHeaderNames.AUTHORIZATION));
        exchange.origin(credentials.origin());
        return new Claimed(routed, credentials, null);
    }

    private void rate(HttpServerRequest request, Proxies proxies) {
        InetSocketAddress peer = request.remoteAddress();
        if (peer != null) {
            rate.count(
                    proxies.client(peer.getAddress(), request.requestHeaders().getAll("X-Forwarded-For")));
        }
    }

    private void whitelist(Claimed claimed) {
        if (claimed.credentials != null && !whitelist.allows(claimed.credentials.origin())) {
            throw RefusedException.noAccess();
        }
    }

    private Mono<Claimed> body(HttpServerRequest request, Claimed claimed, Bodies.Body body) {
        if (claimed.routed.match.endpoint().route().hasBody()) {
            return RequestBody.read(request, requestTimeout, body).map(claimed::with);
        }
        if (HttpRules.announcesBody(request.requestHeaders())) {
            throw new RefusedException(Cause.BAD_HTTP, "a request of this method has no body");
        }
        return Mono.just(claimed);
    }

    private Mono<Proven> signature(HttpServerRequest request, Claimed claimed) {
        XMatrix credentials = claimed.credentials;
        if (credentials == null) {
            return Mono.just(new Proven(claimed, null));
        }
        return authenticator
                .authenticate(credentials, request.method().name(), claimed.routed.target.raw(), claimed.content)
                .map(origin -> new Proven(claimed, origin));
    }

    private static Question<?> syntax(Proven proven) {
        Routes.Match match = proven.claimed.routed.match;
        FederationRequest asked = match.request().with(proven.claimed.content);
        return Question.parse(match.endpoint(), asked, proven.origin);
    }

    /** A turn lasts until the reader has taken the whole response, or has gone. */
    private Mono<Void> turn(Question<?> question, Exchange exchange, ResponseWriter writer) {
        Mono<Void> answered = Mono.defer(() -> question.complete(exchange)) // of an event alone, which room it is of
                .flatMap(completed -> access(completed, exchange))
                .flatMap(writer::write);
        if (question.origin == null) {
            return answered;
        }
        Turns.Turn turn = turns.of(question.origin, writer.loop());
        return turn.comes().then(answered).doFinally(signal -> writer.whenTaken(turn::leave));
    }

    /** The look-up goes out together with the question about access, which saves the asker a round trip. */
    private Mono<Answer> access(Question<?> question, Exchange exchange) {
        RoomId room = question.room();
        ServerName origin = question.origin;
        if (room == null) {
            return question.answer();
        }
        if (origin == null) {
            return Mono.error(new IllegalStateException("a route with a room must be signed"));
        }
        return Mono.zip(access.mayAsk(origin, room), question.answer().materialize())
                .flatMap(both -> {
                    if (!both.getT1()) {
                        throw RefusedException.noAccess();
                    }
                    exchange.source("store");
                    return Mono.just(both.getT2()).dematerialize();
                });
    }

    private static Mono<Void> rescue(Throwable failure, HttpServerRequest request, ResponseWriter writer) {
        if (writer.hasBegun()) {
            if (failure instanceof IOException || failure instanceof ResponseWriter.SlowReaderException) {
                // Anybody can cause it, as often as they like; the access log has a line for each.
                LOG.debug("A reader has gone: {}", failure.toString());
            } else {
                LOG.warn("A response was aborted: {}", failure.toString());
            }
            return writer.abort(failure);
        }
        MatrixError error = Rescue.from(failure);
        boolean understood = HttpRules.endsClearly(request.version(), request.requestHeaders());
        return UnreadBody.drain(request).flatMap(drained -> writer.write(error, drained && understood));
    }

    private record Routed(RequestTarget target, Routes.Match match) {}

    private record Claimed(
            Routed routed,
            @Nullable XMatrix credentials,
            @Nullable ObjectNode content) {
        Claimed with(ObjectNode body) {
            return new Claimed(routed, credentials, body);
        }
    }

    private record Proven(Claimed claimed, @Nullable ServerName origin) {}

    private record Question<Q>(
            Endpoint<Q> endpoint, Q question, @Nullable ServerName origin) {
        static <Q> Question<Q> parse(Endpoint<Q> endpoint, FederationRequest request, @Nullable ServerName origin) {
            return new Question<>(endpoint, endpoint.parse(request), origin);
        }

        Mono<Question<Q>> complete(Exchange exchange) {
            return endpoint.complete(question)
                    .map(completed -> new Question<>(endpoint, completed, origin))
                    .doOnNext(completed -> {
                        RoomId room = completed.room();
                        if (room != null) {
                            exchange.room(room);
                        }
                    });
        }

        @Nullable
        RoomId room() {
            return endpoint.room(question);
        }

        Mono<Answer> answer() {
            return endpoint.answer(question, origin);
        }
    }
}
