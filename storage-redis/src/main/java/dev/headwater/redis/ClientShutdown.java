package dev.headwater.redis;

import dev.headwater.history.StoreUnavailableException;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Ends a client of Lettuce and its threads. One of a cluster that is shut down while it asks for the cluster's shape goes on
 * to open connections for that, on threads that have ended (Lettuce 7.7); so the asking is ended first.
 */
final class ClientShutdown {
    /** An asking that is under way takes as long as two time-outs, of connecting and of an answer; there is room for more. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofMillis(5);
    private static final ClusterTopologyRefreshOptions NEVER = ClusterTopologyRefreshOptions.builder()
            .enablePeriodicRefresh(false)
            .disableAllAdaptiveRefreshTriggers()
            .build();

    private ClientShutdown() {}

    /**
     * Closes what the client has open, then ends the threads of {@code resources}. Fails with
     * {@link StoreUnavailableException} if the former takes longer than ten seconds; the latter is done all the same.
     * Lettuce waits in both, which is why they are done on a thread that may be waited on.
     */
    static Mono<Void> of(AbstractRedisClient client, ClientResources resources) {
        Mono<Void> closed = Mono.fromFuture(() -> client.shutdownAsync(0, 2, TimeUnit.SECONDS));
        Mono<Void> ended =
                Mono.create(sink -> resources.shutdown(0, 2, TimeUnit.SECONDS).addListener(done -> sink.success()));
        return Flux.concatDelayError(
                        Mono.defer(() -> settled(client, resources))
                                .then(closed.subscribeOn(Schedulers.boundedElastic()))
                                .timeout(LONGEST)
                                .onErrorMap(
                                        TimeoutException.class,
                                        e -> new StoreUnavailableException("connections to Redis do not close", e)),
                        ended.subscribeOn(Schedulers.boundedElastic()))
                .then();
    }

    private static Mono<Void> settled(AbstractRedisClient client, ClientResources resources) {
        if (!(client instanceof RedisClusterClient cluster)
                || resources.eventExecutorGroup().isShuttingDown()) {
            return Mono.empty();
        }
        return Mono.fromRunnable(() -> {
                    // To suspend alone is undone at the end of an asking that is under way.
                    cluster.setOptions(ClusterClientOptions.builder((ClusterClientOptions) cluster.getOptions())
                            .topologyRefreshOptions(NEVER)
                            .build());
                    cluster.suspendTopologyRefresh();
                })
                // Twice, as the timer's turn on one thread leaves the asking to another.
                .then(drained(resources))
                .then(drained(resources))
                .then(Mono.fromSupplier(cluster::isTopologyRefreshInProgress))
                .filter(asking -> !asking)
                .repeatWhenEmpty(looks -> looks.delayElements(LOOK))
                .then();
    }

    /** When the threads of {@code resources} have done what they had been given. */
    private static Mono<Void> drained(ClientResources resources) {
        return Flux.fromIterable(resources.eventExecutorGroup())
                .flatMap(thread -> Mono.fromFuture(() -> CompletableFuture.runAsync(() -> {}, thread)))
                .then();
    }
}
