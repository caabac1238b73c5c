package dev.headwater.redis;

import dev.headwater.history.StoreUnavailableException;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Connects to Redis, refuses a server that would lose or forget data, and closes again. */
final class RedisConnector {
    private static final int OLDEST_MAJOR = 6;
    private static final int OLDEST_MINOR = 2;

    private final AbstractRedisClient client;
    private final ClientResources resources;
    private final RedisLink link;

    private RedisConnector(AbstractRedisClient client, ClientResources resources, RedisLink link) {
        this.client = client;
        this.resources = resources;
        this.link = link;
    }

    RedisLink link() {
        return link;
    }

    /** Connects. If that fails, or the server is refused, or the subscriber cancels, nothing stays open. */
    static Mono<RedisConnector> connect(RedisOptions options) {
        return Mono.defer(() -> {
            RedisAddress address = RedisAddress.parse(options.uri(), options.connectTimeout());
            ClientResources resources = ClientResources.builder()
                    .reconnectDelay(
                            Delay.fullJitter(Duration.ZERO, options.reconnectDelay(), 50, TimeUnit.MILLISECONDS))
                    .build();
            AbstractRedisClient client = address.cluster()
                    ? RedisClusterClient.create(resources, address.nodes())
                    : RedisClient.create(resources);
            Mono<RedisConnector> connected = client instanceof RedisClusterClient cluster
                    ? toCluster(cluster, resources, options)
                    : toServer((RedisClient) client, resources, address, options);
            return connected
                    .onErrorMap(
                            RedisException.class,
                            e -> new StoreUnavailableException("Redis cannot be reached: " + e.getMessage(), e))
                    .onErrorResume(e -> close(client, resources).then(Mono.error(e)))
                    .doOnCancel(() -> close(client, resources).subscribe());
        });
    }

    /** Closes all connections; what is under way fails. */
    Mono<Void> close() {
        return close(client, resources);
    }

    private static Mono<Void> close(AbstractRedisClient client, ClientResources resources) {
        return Mono.fromFuture(() -> client.shutdownAsync(0, 2, TimeUnit.SECONDS))
                .then(Mono.create(
                        sink -> resources.shutdown(0, 2, TimeUnit.SECONDS).addListener(done -> sink.success())));
    }

    private static Mono<RedisConnector> toServer(
            RedisClient client, ClientResources resources, RedisAddress address, RedisOptions options) {
        client.setOptions(common(ClientOptions.builder(), options).build());
        return Mono.fromFuture(() -> client.connectAsync(
                                ByteArrayCodec.INSTANCE, address.nodes().get(0))
                        .toCompletableFuture())
                .flatMap(connection -> prepare(Flux.just(connection.async()))
                        .thenReturn(new RedisConnector(
                                client, resources, new RedisLink(connection.async(), false, options))));
    }

    private static Mono<RedisConnector> toCluster(
            RedisClusterClient client, ClientResources resources, RedisOptions options) {
        var refresh = ClusterTopologyRefreshOptions.builder()
                .enableAllAdaptiveRefreshTriggers()
                .adaptiveRefreshTriggersTimeout(options.reconnectDelay())
                .enablePeriodicRefresh(options.topologyRefresh())
                .build();
        client.setOptions(common(ClusterClientOptions.builder(), options)
                .topologyRefreshOptions(refresh)
                .build());
        return Mono.fromFuture(() -> client.refreshPartitionsAsync().toCompletableFuture())
                .then(Mono.fromFuture(() -> client.connectAsync(ByteArrayCodec.INSTANCE)))
                .flatMap(connection -> prepare(Flux.fromIterable(connection.getPartitions())
                                .filter(node -> node.is(RedisClusterNode.NodeFlag.UPSTREAM))
                                .concatMap(
                                        node -> Mono.fromFuture(connection.getConnectionAsync(
                                                node.getUri().getHost(),
                                                node.getUri().getPort())),
                                        1)
                                .map(StatefulRedisConnection::async))
                        .thenReturn(new RedisConnector(
                                client, resources, new RedisLink(connection.async(), true, options))));
    }

    private static <B extends ClientOptions.Builder> B common(B builder, RedisOptions options) {
        builder.autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(options.requestQueue())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(options.connectTimeout())
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build());
        return builder;
    }

    /** Checks each node and makes the scripts known to it, so that the first request need not. */
    private static Mono<Void> prepare(Flux<? extends RedisAsyncCommands<?, ?>> nodes) {
        return nodes.concatMap(
                        node -> Mono.fromFuture(() -> node.info().toCompletableFuture())
                                .doOnNext(RedisConnector::check)
                                .thenMany(Flux.fromIterable(RedisScript.ALL))
                                .concatMap(
                                        script -> Mono.fromFuture(() ->
                                                node.scriptLoad(script.text()).toCompletableFuture()),
                                        1),
                        1)
                .then();
    }

    /** @throws IllegalStateException if a server that says this about itself must not be used */
    static void check(String info) {
        String version = field(info, "redis_version");
        String[] numbers = version.split("\\.", -1);
        int major = Integer.parseInt(numbers[0]);
        if (major < OLDEST_MAJOR || major == OLDEST_MAJOR && Integer.parseInt(numbers[1]) < OLDEST_MINOR) {
            throw new IllegalStateException("Redis is of version " + version + ", expected 6.2 or later");
        }
        String policy = field(info, "maxmemory_policy");
        if (!policy.equals("noeviction")) {
            throw new IllegalStateException("Redis has maxmemory-policy " + policy
                    + ", expected noeviction: any other deletes parts of rooms when memory is short");
        }
    }

    private static String field(String info, String name) {
        return Arrays.stream(info.split("\r?\n"))
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Redis does not say its " + name));
    }
}
