package dev.headwater.loadtest.bench;

import dev.headwater.gateway.Gateway;
import dev.headwater.gateway.GatewayOptions;
import dev.headwater.gateway.Main;
import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestAuthenticator;
import dev.headwater.gateway.auth.RequestKeys;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.auth.XMatrix;
import dev.headwater.gateway.cache.CachedEventStore;
import dev.headwater.gateway.http.FederationServer;
import dev.headwater.gateway.http.ListenAddress;
import dev.headwater.gateway.http.ServerOptions;
import dev.headwater.gateway.limit.LimitOptions;
import dev.headwater.history.EventStore;
import dev.headwater.id.ServerName;
import dev.headwater.loadtest.RoomGenerator;
import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.VerifyKey;
import dev.headwater.sign.VerifyKeys;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.internal.PlatformDependent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/**
 * The measured process: the servers that answer with events from Redis, or with as many bytes. Says a port a line, then
 * {@code ready}; after that, for each line that it reads, how much memory it uses.
 */
final class BenchServer {
    /** How much of the heap the warm gateway may fill with what it has read. */
    private static final double CACHE = 0.5;

    private static final Duration LONG = Duration.ofMinutes(10);

    private final LoopResources loops = FederationServer.loops();
    private final RoomShape shape;
    private final Ed25519 scheme = SignatureProvider.fastest();
    private final VerifyKeys keys;
    private final RedisEventStore store;
    private final EventPerGet eventPerGet;
    private final int limit;

    private BenchServer(String redis, RoomShape shape, int limit) {
        this.shape = shape;
        this.limit = limit;
        Map<ServerName, VerifyKey> known = shape.servers().stream()
                .collect(Collectors.toMap(
                        Function.identity(),
                        server -> RoomGenerator.key(shape.seed(), server).verifyKey()));
        this.keys = (server, id, at) -> known.get(server);
        this.store = Objects.requireNonNull(RedisEventStore.connect(Patience.with(redis), loops.onServer(false))
                .block());
        this.eventPerGet = new EventPerGet(redis);
    }

    /** Arguments: the URI of Redis, the seed, where the ready answer begins, how many events a request asks for. */
    public static void main(String[] arguments) throws IOException {
        Main.prepare();
        RoomShape shape = RoomShape.ordinary(Long.parseLong(arguments[1]), RoomShape.FEWEST);
        new BenchServer(arguments[0], shape, Integer.parseInt(arguments[3])).run(arguments[2]);
    }

    private void run(String start) throws IOException {
        List<byte[]> answer =
                Objects.requireNonNull(eventPerGet.walk(start, limit).block());
        ByteBuf ready = Unpooled.unreleasableBuffer(
                Unpooled.directBuffer().writeBytes(json(answer)).asReadOnly());
        var authenticator =
                new RequestAuthenticator(founder(), RequestKeys.pinned(keys), scheme, Schedulers.immediate());

        serve(Measured.BARE, (request, response) -> Mono.just(ready.duplicate()));
        serve(
                Measured.SIGNED,
                (request, response) -> signed(authenticator, request).map(origin -> ready.duplicate()));
        serve(
                Measured.EVENT_PER_GET,
                (request, response) -> signed(authenticator, request)
                        .flatMap(origin -> eventPerGet.walk(start(request.uri()), limit))
                        .map(bodies -> Unpooled.wrappedBuffer(json(bodies))));
        gateway(Measured.COLD, new CachedEventStore(store, 0));
        gateway(Measured.WARM, new CachedEventStore(store, (long)
                (Runtime.getRuntime().maxMemory() * CACHE)));
        say("ready");
        while (System.in.read() >= 0) {
            System.gc();
            say(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + " "
                    + PlatformDependent.usedDirectMemory());
        }
    }

    private void gateway(String name, EventStore from) {
        Gateway gateway =
                Objects.requireNonNull(Gateway.start(options(), from, loops).block());
        say(name + " " + gateway.addresses().get(0).getPort());
    }

    private interface Handler {
        Mono<ByteBuf> answer(HttpServerRequest request, HttpServerResponse response);
    }

    private void serve(String name, Handler handler) {
        var bound = HttpServer.create()
                .bindAddress(() -> new InetSocketAddress("127.0.0.1", 0))
                .runOn(loops, false)
                .httpRequestDecoder(decoder -> decoder.maxInitialLineLength(16 * 1024))
                .handle((request, response) -> handler.answer(request, response)
                        .flatMap(body -> response.header("Content-Type", "application/json")
                                .sendObject(body)
                                .then()))
                .bindNow();
        say(name + " " + bound.port());
    }

    private static Mono<ServerName> signed(RequestAuthenticator authenticator, HttpServerRequest request) {
        XMatrix credentials = XMatrix.parse(request.requestHeaders().getAll("Authorization"));
        return authenticator.authenticate(credentials, "GET", request.uri(), null);
    }

    private static String start(String uri) {
        int from = uri.indexOf("v=") + 2;
        return URLDecoder.decode(uri.substring(from, uri.indexOf('&', from)), StandardCharsets.UTF_8);
    }

    private byte[] json(List<byte[]> bodies) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(("{\"origin\":\"" + founder() + "\",\"origin_server_ts\":0,\"pdus\":[")
                .getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < bodies.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(bodies.get(i));
        }
        out.writeBytes("]}".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private ServerName founder() {
        return shape.servers().get(0);
    }

    private GatewayOptions options() {
        var http = new ServerOptions(
                List.of(ListenAddress.plain(new InetSocketAddress("127.0.0.1", 0))),
                LONG,
                LONG,
                LONG,
                Duration.ofSeconds(1),
                16 * 1024,
                LimitOptions.unlimited());
        return new GatewayOptions(
                founder(),
                http,
                FederationWhitelist.ALL,
                RequestKeys.pinned(keys),
                null,
                Integer.MAX_VALUE,
                new GatewayOptions.MissingEvents(50, false));
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
