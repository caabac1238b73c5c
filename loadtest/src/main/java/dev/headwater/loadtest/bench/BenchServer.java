package dev.headwater.loadtest.bench;

import dev.headwater.event.EventGate;
import dev.headwater.event.Pdu;
import dev.headwater.gateway.Gateway;
import dev.headwater.gateway.GatewayOptions;
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
import dev.headwater.history.NewEvent;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomWriter;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.loadtest.RoomGenerator;
import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.redis.RedisOptions;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PduSignatures;
import dev.headwater.sign.VerifyKey;
import dev.headwater.sign.VerifyKeys;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/** The measured process: one room in Redis, and the servers that answer with its events, or with as many bytes. */
final class BenchServer {
    private static final int BATCH = 256;
    /** More than the whole room takes. */
    private static final long CACHE_BYTES = 1L << 28;

    private static final int STARTS = 2_000;
    private static final Duration LONG = Duration.ofMinutes(10);

    private final LoopResources loops = FederationServer.loops();
    private final RoomShape shape;
    private final Ed25519 scheme = SignatureProvider.fastest();
    private final VerifyKeys keys;
    private final RedisEventStore store;
    private final EventPerGet eventPerGet;
    private final List<EventId> events = new ArrayList<>();
    private final RoomId room;

    private BenchServer(String redis, RoomShape shape) {
        this.shape = shape;
        Map<ServerName, VerifyKey> known = shape.servers().stream()
                .collect(Collectors.toMap(
                        Function.identity(),
                        server -> RoomGenerator.key(shape.seed(), server).verifyKey()));
        this.keys = (server, id, at) -> known.get(server);
        this.store = Objects.requireNonNull(RedisEventStore.connect(RedisOptions.of(redis), loops.onServer(false))
                .block());
        this.eventPerGet = new EventPerGet(redis);
        this.room = new RoomGenerator(shape, scheme).next().room();
    }

    /** Arguments: the URI of Redis, the seed, how many events the room has, how many a request asks for. */
    public static void main(String[] arguments) {
        var shape = RoomShape.ordinary(Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]));
        new BenchServer(arguments[0], shape).run(Integer.parseInt(arguments[3]));
    }

    private void run(int limit) {
        fill();
        EventId newest = events.get(events.size() - 1);
        List<byte[]> answer =
                Objects.requireNonNull(eventPerGet.walk(newest.value(), limit).block());
        ByteBuf ready = Unpooled.unreleasableBuffer(
                Unpooled.directBuffer().writeBytes(json(answer)).asReadOnly());
        var authenticator =
                new RequestAuthenticator(founder(), RequestKeys.pinned(keys), scheme, Schedulers.immediate());

        serve(Targets.BARE, (request, response) -> Mono.just(ready.duplicate()));
        serve(
                Targets.SIGNED,
                (request, response) -> signed(authenticator, request).map(origin -> ready.duplicate()));
        serve(
                Targets.EVENT_PER_GET,
                (request, response) -> signed(authenticator, request)
                        .flatMap(origin -> eventPerGet.walk(start(request.uri()), limit))
                        .map(bodies -> Unpooled.wrappedBuffer(json(bodies))));
        Gateway gateway =
                Objects.requireNonNull(Gateway.start(options(), store, loops).block());
        say("port " + Targets.COLD + " " + gateway.addresses().get(0).getPort());
        Gateway remembering =
                Objects.requireNonNull(Gateway.start(options(), new CachedEventStore(store, CACHE_BYTES), loops)
                        .block());
        say("port " + Targets.WARM + " " + remembering.addresses().get(0).getPort());

        Random random = new Random(shape.seed());
        int oldest = Math.min(limit, events.size() - 1);
        for (int i = 0; i < STARTS; i++) {
            EventId from = events.get(oldest + random.nextInt(events.size() - oldest));
            say("target " + Targets.target(room.value(), from.value(), limit));
        }
        say("ready");
        Mono.never().block();
    }

    /** Puts the room into Redis twice: in pages, through the gate, and as a key for each event. */
    private void fill() {
        RoomWriter writer = new RoomWriter(store);
        RoomGenerator generator = new RoomGenerator(shape, scheme);
        Flux.<Pdu>fromIterable(() -> generator)
                .doOnNext(pdu -> events.add(pdu.id()))
                .buffer(BATCH)
                .concatMap(
                        batch -> {
                            List<NewEvent> admitted = batch.stream()
                                    .map(pdu -> EventGate.admit(pdu, PduSignatures.trusting(pdu)))
                                    .toList();
                            return eventPerGet.load(batch).then(writer.write(room, shape.version(), admitted));
                        },
                        1)
                .blockLast();
        store.admit(room, new RoomAdmission(Set.copyOf(shape.servers()), List.of()))
                .block();
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
        say("port " + name + " " + bound.port());
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
