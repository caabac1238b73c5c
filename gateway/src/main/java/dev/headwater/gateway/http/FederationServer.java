package dev.headwater.gateway.http;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestAuthenticator;
import dev.headwater.gateway.auth.RoomAccess;
import dev.headwater.gateway.limit.Bodies;
import dev.headwater.gateway.limit.Connections;
import dev.headwater.gateway.limit.RequestRate;
import dev.headwater.gateway.limit.Turns;
import dev.headwater.gateway.tls.TlsFiles;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/**
 * The federation listener: HTTP/1.1 on one or more addresses, and HTTP/2 where there is TLS, every request through one
 * {@link RequestPipeline}.
 */
public final class FederationServer {
    private static final Logger LOG = LoggerFactory.getLogger(FederationServer.class);

    /** Room for the method, the version and the blanks around the longest request target. */
    private static final int LINE_BESIDE_TARGET = 32;

    /**
     * The kernel doubles it, and then takes two chunks with a head at once. Without a limit it hides some 450 KB for each
     * slow reader, and no back-pressure is felt before that.
     */
    private static final int SEND_BUFFER_BYTES = 28 * 1024;

    /**
     * Above what a response ever has under way: what makes a channel unwritable is flushed at once, in the middle of a
     * chunk, and the two bytes that end the chunk are then sent by themselves.
     */
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(2 * JsonStream.CHUNK_BYTES, 4 * JsonStream.CHUNK_BYTES);

    /** Keeps chunks for reuse. Netty's default takes every second one from the system anew, filled with zeros. */
    private static final ByteBufAllocator CHUNKS = PooledByteBufAllocator.DEFAULT;

    /** Connections that wait to be accepted. */
    private static final int BACKLOG = 1024;

    private final ServerOptions options;
    private final TlsContexts tls;
    private final Map<DisposableServer, ListenAddress> bound = Collections.synchronizedMap(new LinkedHashMap<>());

    private FederationServer(ServerOptions options, TlsContexts tls) {
        this.options = options;
        this.tls = tls;
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
        return Mono.fromCallable(() -> new TlsContexts(options.addresses()))
                .subscribeOn(Schedulers.boundedElastic()) // reads files
                .flatMap(tls -> {
                    RequestPipeline pipeline = new RequestPipeline(
                            new HttpRules(options.maxTarget()),
                            new Routes(endpoints),
                            new RequestRate(options.limits()),
                            whitelist,
                            new Bodies(options.limits()),
                            authenticator,
                            new Turns(options.limits()),
                            access,
                            options.requestTimeout(),
                            options.progressTimeout());
                    Connections connections = new Connections(options.limits());
                    FederationServer server = new FederationServer(options, tls);
                    return Flux.fromIterable(options.addresses())
                            .concatMap(
                                    address -> server(options, loops, pipeline, connections, address, tls)
                                            .bind()
                                            .doOnNext(bound -> server.bound.put(bound, address)),
                                    0)
                            .then(Mono.just(server))
                            .onErrorResume(e -> server.stop().then(Mono.error(e)));
                });
    }

    private static HttpServer server(
            ServerOptions options,
            LoopResources loops,
            RequestPipeline pipeline,
            Connections connections,
            ListenAddress address,
            TlsContexts tls) {
        ConnectionHandlers handlers = new ConnectionHandlers(options);
        HttpServer server = HttpServer.create()
                .bindAddress(address::socket)
                .doOnBound(bound ->
                        bound.channel().pipeline().addFirst("headwater.gate", connections.gate(address.proxies())))
                .runOn(loops, false)
                .channelGroup(new DefaultChannelGroup(GlobalEventExecutor.INSTANCE))
                .protocol(HttpProtocol.HTTP11)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOCATOR, CHUNKS)
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .idleTimeout(options.idleTimeout())
                .httpRequestDecoder(decoder -> decoder.maxInitialLineLength(options.maxTarget() + LINE_BESIDE_TARGET)
                        .maxHeaderSize(HttpRules.MAX_HEADER_BYTES))
                .childObserve(handlers::stream)
                .doOnChannelInit((observer, channel, remote) -> handlers.connection(channel))
                .handle((request, response) -> pipeline.handle(request, response, address.proxies()));
        TlsFiles files = address.tls();
        if (files == null) {
            return server;
        }
        SslContext context = tls.get(files);
        return server.secure(spec -> spec.sslContext(context).handshakeTimeout(options.requestTimeout()))
                .protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
                .http2Settings(Http2Limits::apply);
    }

    /** What is listened on, with the ports that were picked. */
    public List<InetSocketAddress> addresses() {
        return servers().stream()
                .map(server -> (InetSocketAddress) server.address())
                .toList();
    }

    /** The same as URLs. */
    public List<String> urls() {
        synchronized (bound) {
            return bound.entrySet().stream()
                    .map(entry -> entry.getValue()
                            .url((InetSocketAddress) entry.getKey().address()))
                    .toList();
        }
    }

    private List<DisposableServer> servers() {
        synchronized (bound) {
            return List.copyOf(bound.keySet());
        }
    }

    /**
     * Accepts nothing more, lets responses under way end within {@link ServerOptions#shutdownTimeout}, and completes
     * when all connections are closed.
     */
    public Mono<Void> stop() {
        tls.dispose();
        return Flux.fromIterable(servers())
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
