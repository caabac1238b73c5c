package dev.headwater.gateway;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.auth.RequestAuthenticator;
import dev.headwater.gateway.auth.RoomAccess;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.endpoint.GetBackfill;
import dev.headwater.gateway.endpoint.GetEvent;
import dev.headwater.gateway.endpoint.GetEventAuth;
import dev.headwater.gateway.endpoint.GetMissingEvents;
import dev.headwater.gateway.endpoint.GetServerKeys;
import dev.headwater.gateway.endpoint.GetState;
import dev.headwater.gateway.endpoint.GetStateIds;
import dev.headwater.gateway.endpoint.GetTimestampToEvent;
import dev.headwater.gateway.endpoint.GetVersion;
import dev.headwater.gateway.http.Endpoint;
import dev.headwater.gateway.http.FederationServer;
import dev.headwater.history.EventStore;
import dev.headwater.history.RoomStates;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.SigningKey;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** A running gateway: the one place where store, keys, endpoints and listeners are wired together. */
public final class Gateway {
    /** A second's work of the slowest implementation of Ed25519; what comes on top is refused rather than kept waiting. */
    private static final int CHECKS_WAITING = 1_000;

    private static final int IDLE_SECONDS = 60;

    private final FederationServer server;
    private final Scheduler checks;
    private final Mono<Void> disposal;

    private Gateway(FederationServer server, Scheduler checks, Mono<Void> disposal) {
        this.server = server;
        this.checks = checks;
        this.disposal = disposal;
    }

    /**
     * Starts on subscription, and gives the gateway once all its addresses are bound; fails, with nothing left open, if
     * one of them cannot be had. The store stays the caller's to close, after the gateway has stopped.
     */
    public static Mono<Gateway> start(GatewayOptions options, EventStore store) {
        return Mono.defer(() -> {
            LoopResources loops = FederationServer.loops();
            Mono<Void> disposal = Mono.defer(
                    () -> loops.disposeLater(Duration.ZERO, options.http().shutdownTimeout()));
            return start(options, store, loops, disposal).onErrorResume(e -> disposal.then(Mono.error(e)));
        });
    }

    /**
     * As {@link #start(GatewayOptions, EventStore)}, on event loops that the store uses too.
     *
     * @param loops stay the caller's to dispose of, after the store is closed
     */
    public static Mono<Gateway> start(GatewayOptions options, EventStore store, LoopResources loops) {
        return start(options, store, loops, Mono.empty());
    }

    private static Mono<Gateway> start(
            GatewayOptions options, EventStore store, LoopResources loops, Mono<Void> disposal) {
        return Mono.defer(() -> {
            Clock clock = Clock.systemUTC();
            Ed25519 ed25519 = SignatureProvider.fastest();
            Scheduler checks = SignatureProvider.fastestIsQuick() ? Schedulers.immediate() : threadsForChecks();
            RequestAuthenticator authenticator =
                    new RequestAuthenticator(options.serverName(), options.keys(), ed25519, checks);
            return FederationServer.start(
                            options.http(),
                            loops,
                            endpoints(options, store, ed25519, clock),
                            options.whitelist(),
                            authenticator,
                            new RoomAccess(store))
                    .map(server -> new Gateway(server, checks, disposal))
                    .doOnError(e -> checks.dispose());
        });
    }

    /** One thread a core: a check only computes. */
    private static Scheduler threadsForChecks() {
        return Schedulers.newBoundedElastic(
                Runtime.getRuntime().availableProcessors(), CHECKS_WAITING, "headwater-signatures", IDLE_SECONDS, true);
    }

    private static List<Endpoint<?>> endpoints(GatewayOptions options, EventStore store, Ed25519 ed25519, Clock clock) {
        List<Endpoint<?>> endpoints = new ArrayList<>();
        AloneSight sight = new AloneSight(new RoomStates(store));
        endpoints.add(new GetBackfill(options.serverName(), options.backfillMaxLimit(), store, sight, clock));
        endpoints.add(new GetMissingEvents(
                options.missingEvents().maxLimit(), options.missingEvents().honoursMinDepth(), store, sight));
        endpoints.add(new GetEvent(options.serverName(), store, sight, clock));
        endpoints.add(new GetEventAuth(store, sight));
        endpoints.add(new GetState(store, sight));
        endpoints.add(new GetStateIds(store, sight));
        endpoints.add(new GetTimestampToEvent(store, sight));
        endpoints.add(new GetVersion(
                Objects.requireNonNullElse(Gateway.class.getPackage().getImplementationVersion(), "unpackaged")));
        SigningKey key = options.signingKey();
        if (key != null) {
            endpoints.addAll(GetServerKeys.both(options.serverName(), key, ed25519, clock));
        }
        return endpoints;
    }

    /** What is listened on, with the ports that were picked. */
    public List<InetSocketAddress> addresses() {
        return server.addresses();
    }

    /** The same as URLs, {@code https://} where there is TLS. */
    public List<String> urls() {
        return server.urls();
    }

    /** Accepts no more requests, lets those under way end within ten seconds, and completes when all is closed. */
    public Mono<Void> stop() {
        // Disposing waits for a lock, which an event loop must not do.
        return server.stop()
                .then(Mono.fromRunnable(checks::dispose).subscribeOn(Schedulers.boundedElastic()))
                .then(disposal);
    }
}
