package dev.headwater.gateway.http;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestAuthenticator;
import dev.headwater.gateway.auth.RoomAccess;
import dev.headwater.gateway.limit.Connections;
import dev.headwater.gateway.limit.RequestRate;
import dev.headwater.gateway.limit.Turns;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** The federation listener: HTTP/1.1 on one or more addresses, every request through one {@link RequestPipeline}. */
public final class FederationServer {
    private static final Logger LOG = LoggerFactory.getLogger(FederationServer.class);

    /** Room for the method, the version and the blanks around the longest request target. */
    private static final int LINE_BESIDE_TARGET = 32;

    /** Twice what a request with several signatures and a proxy's additions needs. */
    private static final int MAX_HEADER_BYTES = 16 * 1024;

    /**
     * The kernel doubles it. Without a limit it hides some 450 KB for each slow reader, and no back-pressure is felt
     * before that.
     */
    private static final int SEND_BUFFER_BYTES = 32 * 1024;

    /** One chunk makes the channel unwritable, half of one lets it go on. */
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(JsonStream.CHUNK_BYTES / 2, JsonStream.CHUNK_BYTES);

    /** Connections that wait to be accepted. */
    private static final int BACKLOG = 1024;

    /** Never so many: what is flushed in one turn of the event loop leaves in one system call. */
    private static final int FLUSHES_AT_ONCE = 256;

    private final ServerOptions options;
    private final List<DisposableServer> bound;

    private FederationServer(ServerOptions options, List<DisposableServer> bound) {
        this.options = options;
        this.bound = List.copyOf(bound);
    }

    /** Event loops of NIO for servers and for whatever else they wait for: one a core, two at least. */
    public static LoopResources loops() {
        return LoopResources.create(
                "headwater-http", Math.max(2, Runtime.getRuntime().availableProcessors()), true);
    }

    /**
     * Binds all addresses; fails, with none left bound, if one of them cannot be had.
     *
     * @param loops stay the caller's to dispose of
     */
    public static Mono<FederationServer> start(
            ServerOptions options,
            LoopResources loops,
            List<Endpoint<?>> endpoints,
            FederationWhitelist whitelist,
            RequestAuthenticator authenticator,
            RoomAccess access) {
        return Mono.defer(() -> {
            RequestPipeline pipeline = new RequestPipeline(
                    new HttpRules(options.maxTarget()),
                    new Routes(endpoints),
                    new RequestRate(options.limits()),
                    whitelist,
                    authenticator,
                    new Turns(options.limits()),
                    access,
                    options.requestTimeout(),
                    options.progressTimeout());
            Connections connections = new Connections(options.limits());
            List<DisposableServer> bound = new CopyOnWriteArrayList<>();
            return Flux.fromIterable(options.addresses())
                    .concatMap(
                            address -> server(options, loops, pipeline, connections, address)
                                    .bind()
                                    .doOnNext(bound::add),
                            0)
                    .then(Mono.fromSupplier(() -> new FederationServer(options, bound)))
                    .onErrorResume(
                            e -> new FederationServer(options, bound).stop().then(Mono.error(e)));
        });
    }

    private static HttpServer server(
            ServerOptions options,
            LoopResources loops,
            RequestPipeline pipeline,
            Connections connections,
            ListenAddress address) {
        return HttpServer.create()
                .bindAddress(address::socket)
                .doOnBound(server ->
                        server.channel().pipeline().addFirst("headwater.gate", connections.gate(address.proxies())))
                .runOn(loops, false)
                .channelGroup(new DefaultChannelGroup(GlobalEventExecutor.INSTANCE))
                .protocol(HttpProtocol.HTTP11)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .idleTimeout(options.idleTimeout())
                .httpRequestDecoder(decoder -> decoder.maxInitialLineLength(options.maxTarget() + LINE_BESIDE_TARGET)
                        .maxHeaderSize(MAX_HEADER_BYTES))
                .doOnChannelInit((observer, channel, remote) -> {
                    ChannelPipeline handlers = channel.pipeline();
                    handlers.addFirst("headwater.flush", new FlushConsolidationHandler(FLUSHES_AT_ONCE, true));
                    handlers.addAfter(NettyPipeline.HttpCodec, "headwater.errors", new ErrorBodies());
                    HeadDeadline.install(handlers, NettyPipeline.HttpCodec, options.requestTimeout());
                    handlers.addBefore(NettyPipeline.HttpCodec, "headwater.linger", new LingeringClose());
                })
                .handle((request, response) -> pipeline.handle(request, response, address.proxies()));
    }

    /** What is listened on, with the ports that were picked. */
    public List<InetSocketAddress> addresses() {
        return bound.stream()
                .map(server -> (InetSocketAddress) server.address())
                .toList();
    }

    /**
     * Accepts nothing more, lets responses under way end within {@link ServerOptions#shutdownTimeout}, and completes
     * when all connections are closed.
     */
    public Mono<Void> stop() {
        return Flux.fromIterable(bound)
                .flatMap(server -> Mono.fromRunnable(() -> stop(server)).subscribeOn(Schedulers.boundedElastic()))
                .then();
    }

    private void stop(DisposableServer server) {
        try {
            server.disposeNow(options.shutdownTimeout());
        } catch (IllegalStateException e) {
            LOG.warn("Responses were cut short after {} at {}", options.shutdownTimeout(), server.address());
        }
    }
}
