package dev.headwater.gateway.cli;

import dev.headwater.gateway.Config;
import dev.headwater.gateway.Gateway;
import dev.headwater.gateway.GatewayOptions;
import dev.headwater.gateway.OpenStore;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.discovery.FederationClient;
import dev.headwater.gateway.http.FederationServer;
import dev.headwater.gateway.keys.KeyRing;
import dev.headwater.history.EventStore;
import dev.headwater.sign.SigningKey;
import java.net.BindException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/** A store and a gateway on it, from their start to the end of the process. */
final class RunningGateway {
    // More than the gateway gives to responses under way.
    private static final Duration STOP = Duration.ofSeconds(12);

    private static final int HEAP_SHARE_OF_CACHE = 4;

    private final Config config;
    private final OnExit onExit;
    private final EventStore store;
    private final LoopResources loops;

    private RunningGateway(Config config, OnExit onExit, EventStore store, LoopResources loops) {
        this.config = config;
        this.onExit = onExit;
        this.store = store;
        this.loops = loops;
    }

    /** Connects to the store. */
    static RunningGateway connect(Config config, OnExit onExit) {
        LoopResources loops = FederationServer.loops();
        onExit.add(() -> quietly(loops.disposeLater(Duration.ZERO, STOP)));
        OpenStore open;
        try {
            open = Objects.requireNonNull(OpenStore.forRequests(
                            config.store(),
                            loops.onServer(false),
                            config.cache().maxBytes().orElseGet(RunningGateway::someOfTheHeap))
                    .block());
        } catch (RuntimeException e) {
            throw StoreJob.explained(config.store(), e);
        }
        onExit.add(() -> quietly(open.close()));
        return new RunningGateway(config, onExit, open.store(), loops);
    }

    private static long someOfTheHeap() {
        return Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_CACHE;
    }

    EventStore store() {
        return store;
    }

    /** Listens; gives where, as URLs. */
    List<String> listen() {
        SigningKey key = config.signingKeyPath().map(Keys::signing).orElse(null);
        KeyRing keys = keys();
        Gateway gateway;
        try {
            gateway = Objects.requireNonNull(Gateway.start(GatewayOptions.of(config, keys, key), store, loops)
                    .block());
        } catch (RuntimeException e) {
            throw bindFailure(e);
        }
        onExit.add(() -> quietly(gateway.stop()));
        return gateway.urls();
    }

    private KeyRing keys() {
        FederationClient client = FederationClient.create(Outgoing.options(config), loops);
        onExit.add(() -> quietly(client.close()));
        KeyRing keys = KeyRing.create(
                config.serverName(),
                Keys.pinned(config),
                Keys.notaries(config),
                client,
                SignatureProvider.fastest(),
                Clock.systemUTC());
        onExit.add(keys::close);
        return keys;
    }

    /** Waits until the process is told to end. */
    static void waitForEnd(OnExit onExit) {
        CountDownLatch end = new CountDownLatch(1);
        onExit.add(end::countDown);
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void quietly(Mono<Void> end) {
        end.timeout(STOP).onErrorComplete().block();
    }

    private RuntimeException bindFailure(RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return CommandException.failed("listeners: "
                        + config.listeners().stream()
                                .map(listener -> listener.bindAddresses() + " port " + listener.port())
                                .toList()
                        + " cannot be listened on (" + cause.getMessage() + "); expected a free port");
            }
        }
        return e;
    }
}
