package dev.headwater.redis;

import dev.headwater.history.StoreUnavailableException;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Connects to Redis, refuses a server that would lose or forget data, and closes again. */
final class RedisConnector {
    private static final int OLDEST_MAJOR = 6;
    private static final int OLDEST_MINOR = 2;

    // More than one turn of an event loop ever sends: flushes of a turn become one.
    private static final int FLUSHES_AT_ONCE = 256;

    private static final NettyCustomizer ONE_FLUSH_A_TURN = new NettyCustomizer() {
        @Override
        public void afterChannelInitialized(Channel channel) {
            channel.pipeline().addFirst("headwater.flush", new FlushConsolidationHandler(FLUSHES_AT_ONCE, true));
        }
    };

    private final List<Lane> lanes;
    private final RedisLink link;

    private RedisConnector(List<Lane> lanes, RedisLink link) {
        this.lanes = List.copyOf(lanes);
        this.link = link;
    }

    RedisLink link() {
        return link;
    }

    /**
     * Connects, once for each of the caller's event loops, or on a thread of Lettuce's own if none are given. If that
     * fails, or the server is refused, or the subscriber cancels, nothing stays open.
     */
    static Mono<RedisConnector> connect(RedisOptions options, List<EventLoop> loops) {
        return Mono.defer(() -> {
            RedisAddress address = RedisAddress.parse(options.uri(), options.connectTimeout());
            List<Lane> open = new CopyOnWriteArrayList<>();
            return Flux.range(0, Math.max(1, loops.size()))
                    .concatMap(
                            i -> lane(options, address, loops.isEmpty() ? null : loops.get(i), i == 0)
                                    .doOnNext(open::add),
                            0)
                    .then(Mono.fromSupplier(
                            () -> new RedisConnector(open, new RedisLink(new Lanes(open), address.cluster(), options))))
                    .onErrorMap(
                            RedisException.class,
                            e -> new StoreUnavailableException("Redis cannot be reached: " + e.getMessage(), e))
                    .onErrorResume(e -> close(open).then(Mono.error(e)))
                    .doOnCancel(() -> close(open).subscribe());
        });
    }

    void whenDisconnected(Runnable action) {
        RedisConnectionStateListener listener = new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
                action.run();
            }
        };
        lanes.forEach(lane -> lane.client().addListener(listener));
    }

    /** Closes all connections; what is under way fails. */
    Mono<Void> close() {
        return close(lanes);
    }

    private static Mono<Void> close(List<Lane> lanes) {
        return Mono.whenDelayError(lanes.stream().map(Lane::close).toList());
    }

    private static Mono<Lane> lane(
            RedisOptions options, RedisAddress address, @Nullable EventLoop loop, boolean first) {
        ClientResources.Builder builder = ClientResources.builder()
                .reconnectDelay(Delay.fullJitter(Duration.ZERO, options.reconnectDelay(), 50, TimeUnit.MILLISECONDS))
                .nettyCustomizer(ONE_FLUSH_A_TURN);
        if (loop != null) {
            builder.eventLoopGroupProvider(new CallersLoop(loop));
        }
        ClientResources resources = builder.build();
        AbstractRedisClient client = address.cluster()
                ? RedisClusterClient.create(resources, address.nodes())
                : RedisClient.create(resources);
        Mono<? extends RedisClusterAsyncCommands<byte[], byte[]>> connected =
                client instanceof RedisClusterClient cluster
                        ? toCluster(cluster, options, first)
                        : toServer((RedisClient) client, address, options, first);
        return connected
                .<Lane>map(commands -> new Lane(loop, client, resources, commands))
                .onErrorResume(e -> ClientShutdown.of(client, resources).then(Mono.error(e)))
                .doOnCancel(() -> ClientShutdown.of(client, resources).subscribe());
    }

    private static Mono<? extends RedisClusterAsyncCommands<byte[], byte[]>> toServer(
            RedisClient client, RedisAddress address, RedisOptions options, boolean first) {
        client.setOptions(common(ClientOptions.builder(), options).build());
        return Mono.fromFuture(() -> client.connectAsync(
                                ByteArrayCodec.INSTANCE, address.nodes().get(0))
                        .toCompletableFuture())
                .map(StatefulRedisConnection::async)
                .flatMap(commands ->
                        (first ? prepare(Flux.just(commands), options) : Mono.empty()).thenReturn(commands));
    }

    private static Mono<? extends RedisClusterAsyncCommands<byte[], byte[]>> toCluster(
            RedisClusterClient client, RedisOptions options, boolean first) {
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
                .flatMap(connection ->
                        (first ? prepare(masters(connection), options) : Mono.empty()).thenReturn(connection.async()));
    }

    private static Flux<RedisAsyncCommands<byte[], byte[]>> masters(
            StatefulRedisClusterConnection<byte[], byte[]> connection) {
        return Flux.fromIterable(connection.getPartitions())
                .filter(node -> node.is(RedisClusterNode.NodeFlag.UPSTREAM))
                .concatMap(
                        node -> Mono.fromFuture(connection.getConnectionAsync(
                                node.getUri().getHost(), node.getUri().getPort())),
                        1)
                .map(StatefulRedisConnection::async);
    }

    private static <B extends ClientOptions.Builder> B common(B builder, RedisOptions options) {
        builder.autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(options.requestQueue())
                // Each call has its own deadline; Lettuce's would cut the longer ones short, and costs a timer a
                // command.
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(options.connectTimeout())
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build());
        return builder;
    }

    /** Checks each node and makes the scripts known to it, so that the first request need not. */
    private static Mono<Void> prepare(Flux<? extends RedisAsyncCommands<?, ?>> nodes, RedisOptions options) {
        return nodes.concatMap(
                        node -> Mono.fromFuture(() -> node.info().toCompletableFuture())
                                .doOnNext(RedisConnector::check)
                                .thenMany(Flux.fromIterable(RedisScript.ALL))
                                .concatMap(
                                        script -> Mono.fromFuture(() ->
                                                node.scriptLoad(script.text()).toCompletableFuture()),
                                        1),
                        1)
                .then()
                .timeout(options.writeTimeout())
                .onErrorMap(TimeoutException.class, e -> new RedisException("it does not answer in time", e));
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
