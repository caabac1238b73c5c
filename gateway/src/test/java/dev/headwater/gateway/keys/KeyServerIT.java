package dev.headwater.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.discovery.AddressRange;
import dev.headwater.gateway.discovery.AddressRule;
import dev.headwater.gateway.discovery.FederationClient;
import dev.headwater.gateway.discovery.OutgoingOptions;
import dev.headwater.gateway.http.RawConnection;
import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.KeyPublisher;
import dev.headwater.sign.SignedJson;
import dev.headwater.sign.SigningKey;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rows 52 to 56 of bad input, and all that a key server can do: real servers with TLS, each asked for its keys because of
 * two requests at once in its name. All are asked together, so that the slow ones cost their ten seconds once.
 */
class KeyServerIT {
    private static final String TARGET = "/_matrix/federation/v1/backfill/%21room%3Ahs.example?v=%24c10&limit=5";
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final byte[] SMALL_ORDER = new byte[32];
    private static final byte[] FITS_ANY_MESSAGE = new byte[64];

    static {
        SMALL_ORDER[0] = 1;
        FITS_ANY_MESSAGE[0] = 1;
    }

    @TempDir
    static Path directory;

    // Made here: the event loop that a server answers on must not wait for random bytes.
    private static final SigningKey ANOTHER_A = SigningKey.generate(KeyId.parse("ed25519:a_1"), new SecureRandom());
    private static final SigningKey ANOTHER_B = SigningKey.generate(KeyId.parse("ed25519:b_2"), new SecureRandom());
    /** What kept a server from doing what its case says: the refusal would be for another reason. */
    private static final Queue<Throwable> FAULTS = new ConcurrentLinkedQueue<>();

    private static final List<Case> CASES = cases();
    private static final LoopResources LOOPS = LoopResources.create("key-servers", 2, true);
    private static final Map<Case, Asking> ASKING = new HashMap<>();
    private static final List<DisposableServer> SERVERS = new ArrayList<>();

    private static FederationClient client;

    @SuppressWarnings("NullAway.Init") // by startGateway, before anything else
    private static KeyRing ring;

    @SuppressWarnings("NullAway.Init")
    private static TestGateway gateway;

    /** What a server does when it is asked for its keys. */
    private interface Behaviour {
        Publisher<Void> answer(KeyPublisher self, HttpServerResponse response);
    }

    private enum Tls {
        TRUSTED,
        UNKNOWN,
        NONE
    }

    /** @param asked how often its server is asked for keys, at most */
    private record Case(String name, int status, int asked, Tls tls, Behaviour behaviour) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Two requests under way. */
    private record Asking(RawConnection one, RawConnection other, AtomicInteger keyRequests) {}

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>(List.of(
                publishes("a key that is valid", 200, self -> self.document(in(HOUR))),
                publishes("a key valid for ever", 200, self -> self.document((1L << 53) - 1)),
                publishes(
                        "52 the key as an old one",
                        401,
                        self -> new KeyPublisher(self.name().value(), ANOTHER_B)
                                .document(
                                        in(HOUR),
                                        document -> KeyPublisher.put(
                                                (ObjectNode) document.get("old_verify_keys"),
                                                "ed25519:a_1",
                                                self.key().verifyKey().base64(),
                                                in(HOUR)))),
                publishes(
                        "52 another key of the same name",
                        401,
                        self -> new KeyPublisher(self.name().value(), ANOTHER_A).document(in(HOUR))),
                publishes("53 a key that is over", 401, self -> self.document(in(-1))),
                publishes("55 a key that everybody knows", 401, self -> self.document(in(HOUR))),
                publishes("56 a key of small order", 401, KeyServerIT::smallOrder),
                publishes(
                        "a document of another server",
                        401,
                        self -> self.document(in(HOUR), document -> document.put("server_name", "a.example"))),
                publishes(
                        "a document without a signature",
                        401,
                        self -> self.document(in(HOUR)).without("signatures")),
                publishes(
                        "a document without keys",
                        401,
                        self -> self.document(in(HOUR), document -> document.putObject("verify_keys"))),
                answers("garbage", 200, "<html>".getBytes(StandardCharsets.UTF_8)),
                answers("nothing", 200, new byte[0]),
                answers("an array", 200, "[]".getBytes(StandardCharsets.UTF_8)),
                answers("UTF-16", 200, "{\"server_name\":\"\"}".getBytes(StandardCharsets.UTF_16)),
                answers("404", 404, "{}".getBytes(StandardCharsets.UTF_8)),
                answers("500", 500, "{}".getBytes(StandardCharsets.UTF_8)),
                does(
                        "redirects to itself",
                        (self, response) -> response.status(302)
                                .header("Location", "https://" + self.name() + "/_matrix/key/v2/server")
                                .send()),
                does(
                        "100 MB, announced",
                        (self, response) ->
                                response.header("Content-Length", "104857600").sendByteArray(megabytes())),
                does("100 MB in chunks", (self, response) -> response.sendByteArray(megabytes())),
                does(
                        "half a document",
                        (self, response) -> response.header("Content-Length", "1000")
                                .sendString(Mono.just("{\"server_name\":"))
                                .then()
                                .doOnTerminate(() -> response.withConnection(connection -> connection.dispose()))),
                new Case("a certificate that nobody vouches for", 401, 0, Tls.UNKNOWN, KeyServerIT::publishValid),
                new Case("no TLS", 401, 0, Tls.NONE, KeyServerIT::publishValid),
                new Case("54 nobody there", 401, 0, Tls.TRUSTED, KeyServerIT::publishValid)));
        cases.add(does("54 silence", (self, response) -> Mono.never()));
        cases.add(does(
                "54 one byte a second",
                (self, response) -> response.send(
                        Flux.interval(Duration.ofSeconds(1)).map(i -> Unpooled.wrappedBuffer(new byte[] {' '})),
                        byteBuf -> true)));
        cases.add(does(
                "54 a head that does not end",
                (self, response) ->
                        response.header("Content-Length", "10").sendHeaders().then(Mono.never())));
        return cases;
    }

    private static Flux<byte[]> megabytes() {
        return Flux.range(0, 1600).map(i -> new byte[65_536]);
    }

    private static Case does(String name, Behaviour behaviour) {
        return new Case(name, 401, 1, Tls.TRUSTED, behaviour);
    }

    private static Case publishes(String name, int status, Function<KeyPublisher, ObjectNode> document) {
        return new Case(
                name,
                status,
                1,
                Tls.TRUSTED,
                (self, response) -> response.sendByteArray(Mono.just(CanonicalJson.encode(document.apply(self)))));
    }

    private static Case answers(String name, int status, byte[] body) {
        return does(name, (self, response) -> response.status(status).sendByteArray(Mono.just(body)));
    }

    private static Publisher<Void> publishValid(KeyPublisher self, HttpServerResponse response) {
        return response.sendByteArray(Mono.just(CanonicalJson.encode(self.document(in(HOUR)))));
    }

    private static ObjectNode smallOrder(KeyPublisher self) {
        return new KeyPublisher(self.name().value()).document(in(HOUR), document -> {
            KeyPublisher.put(
                    (ObjectNode) document.get("verify_keys"), "ed25519:a_1", UnpaddedBase64.encode(SMALL_ORDER), null);
            SignedJson.addSignature(document, self.name(), KeyId.parse("ed25519:a_1"), FITS_ANY_MESSAGE);
        });
    }

    private static long in(long millis) {
        return System.currentTimeMillis() + millis;
    }

    @BeforeAll
    static void askForAllAtOnce() throws Exception {
        LoopbackCertificate trusted = LoopbackCertificate.make(directory.resolve("trusted"));
        SslContext unknown =
                LoopbackCertificate.make(directory.resolve("unknown")).server();
        Map<Case, KeyPublisher> publishers = new HashMap<>();
        Map<Case, AtomicInteger> counts = new HashMap<>();
        for (Case one : CASES) {
            AtomicInteger count = new AtomicInteger();
            counts.put(one, count);
            SslContext tls = switch (one.tls) {
                case TRUSTED -> trusted.server();
                case UNKNOWN -> unknown;
                case NONE -> null;
            };
            publishers.put(one, serve(one, tls, count));
        }
        client = FederationClient.create(
                new OutgoingOptions(
                        FederationWhitelist.ALL,
                        AddressRule.allowing(List.of(AddressRange.parse("127.0.0.1/32"))),
                        List.of(trusted.certificate()),
                        List.of(),
                        Clock.systemUTC()),
                LOOPS);
        startGateway(publishers.values());
        for (Case one : CASES) {
            KeyPublisher self = Objects.requireNonNull(publishers.get(one));
            String request = request(one, self);
            ASKING.put(
                    one,
                    new Asking(
                            gateway.connect().send(request),
                            gateway.connect().send(request),
                            Objects.requireNonNull(counts.get(one))));
        }
    }

    private static KeyPublisher serve(Case one, @Nullable SslContext tls, AtomicInteger count) throws IOException {
        if (one.name.endsWith("nobody there")) {
            try (ServerSocket free = new ServerSocket(0)) {
                return new KeyPublisher("127.0.0.1:" + free.getLocalPort(), "ed25519:a_1");
            }
        }
        KeyPublisher[] self = new KeyPublisher[1];
        HttpServer server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .runOn(LOOPS)
                .handle((request, response) -> {
                    count.incrementAndGet();
                    try {
                        return one.behaviour.answer(self[0], response);
                    } catch (RuntimeException | Error e) {
                        FAULTS.add(e);
                        throw e;
                    }
                });
        DisposableServer bound = (tls == null ? server : server.secure(spec -> spec.sslContext(tls))).bindNow();
        SERVERS.add(bound);
        String name = "127.0.0.1:" + bound.port();
        self[0] = one.name.startsWith("55")
                ? new KeyPublisher(name, SigningKey.parse("ed25519 a_1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1"))
                : new KeyPublisher(name, "ed25519:a_1");
        return self[0];
    }

    private static void startGateway(Iterable<KeyPublisher> publishers) {
        List<String> joined = new ArrayList<>(List.of("remote.example"));
        publishers.forEach(publisher -> joined.add(publisher.name().value()));
        MemoryEventStore store = new MemoryEventStore();
        TestGateway.store(
                store, new RoomBuilder("!room:hs.example").chain("c", 10), List.of(), joined.toArray(new String[0]));
        gateway = TestGateway.over(store)
                .keys(pinned -> {
                    ring = KeyRing.create(
                            ServerName.parse(TestGateway.NAME),
                            pinned,
                            List.of(),
                            client,
                            SignatureProvider.fastest(),
                            Clock.systemUTC());
                    return ring;
                })
                .start();
    }

    private static String request(Case one, KeyPublisher self) {
        byte[] signature = one.name.startsWith("56")
                ? FITS_ANY_MESSAGE
                : self.key()
                        .sign(
                                ("{\"destination\":\"hs.example\",\"method\":\"GET\",\"origin\":\"" + self.name()
                                                + "\",\"uri\":\"" + TARGET + "\"}")
                                        .getBytes(StandardCharsets.UTF_8),
                                Ed25519.jdk());
        return "GET " + TARGET + " HTTP/1.1\r\nHost: hs.example\r\nAuthorization: X-Matrix origin=\"" + self.name()
                + "\",destination=\"hs.example\",key=\"ed25519:a_1\",sig=\"" + UnpaddedBase64.encode(signature)
                + "\"\r\n\r\n";
    }

    @AfterAll
    static void stop() throws IOException {
        for (Asking asking : ASKING.values()) {
            asking.one.close();
            asking.other.close();
        }
        gateway.close();
        ring.close();
        client.close().block(Duration.ofSeconds(30));
        SERVERS.forEach(server -> server.disposeNow(Duration.ofSeconds(30)));
        LOOPS.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(Duration.ofSeconds(30));
    }

    static Stream<Case> answersBothAlikeAndDisturbsNobody() {
        return CASES.stream();
    }

    @ParameterizedTest
    @MethodSource
    void answersBothAlikeAndDisturbsNobody(Case one) throws IOException {
        Asking asking = Objects.requireNonNull(ASKING.get(one));
        try (RawConnection calm = gateway.connect()) {
            isGood(calm.send(gateway.signed(TARGET)).read());
        }
        for (RawConnection connection : List.of(asking.one, asking.other)) {
            Response response = connection.read();
            assertThat(response.status()).as(response.text()).isEqualTo(one.status);
            if (one.status == 200) {
                isGood(response);
            } else {
                assertThat(JsonMapper.shared()
                                .readTree(response.body())
                                .path("errcode")
                                .asString())
                        .isEqualTo("M_UNAUTHORIZED");
                // Its connection goes on.
                isGood(connection.send(gateway.signed(TARGET)).read());
            }
        }
        assertThat(FAULTS).isEmpty();
        assertThat(asking.keyRequests.get()).isLessThanOrEqualTo(one.asked);
    }

    private static void isGood(Response response) {
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        assertThat(JsonMapper.shared().readTree(response.body()).path("pdus").size())
                .isEqualTo(5);
    }
}
