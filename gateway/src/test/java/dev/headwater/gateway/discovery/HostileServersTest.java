package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.discovery.FederationException.Reason;
import dev.headwater.id.ServerName;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslContext;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Servers that are slow, large, false or broken: each costs what its request may cost and no more. */
class HostileServersTest {
    private static final Bounds SHORT = new Bounds(Duration.ofMillis(700), 1 << 20);
    private static final String NAME = "hs.example";

    private final TestNetwork network = new TestNetwork();

    @AfterEach
    void close() throws Exception {
        network.close();
    }

    @Test
    void aCertificateForAnotherNameIsNotTaken() {
        fails(at(network.authority.server("other.example")), Reason.CERTIFICATE);
    }

    @Test
    void aCertificateThatNobodyVouchesForIsNotTaken() {
        fails(at(TestAuthority.selfSigned(NAME)), Reason.CERTIFICATE);
        fails(at(new TestAuthority().server(NAME)), Reason.CERTIFICATE);
    }

    @Test
    void aCertificateOfThePastIsNotTaken() {
        fails(at(network.authority.server(Instant.now().minusSeconds(60), NAME)), Reason.CERTIFICATE);
    }

    @Test
    void theNameOfAServicesTargetIsNotEnough() {
        int port = network.elsewhere("127.0.0.2", "target", "node.example").port();
        network.dns
                .host(NAME, "127.0.0.3")
                .services("_matrix-fed._tcp." + NAME, "0 0 " + port + " node.example")
                .host("node.example", "127.0.0.2");

        fails(NAME, Reason.CERTIFICATE);
    }

    @Test
    void anAddressHasToStandInTheCertificate() {
        int port = network.elsewhere("127.0.0.2", "named", NAME, "127.0.0.3").port();

        fails("127.0.0.2:" + port, Reason.CERTIFICATE);
    }

    @Test
    void aConnectionIsNotReusedForAnotherNameAtTheSameAddress() {
        network.dns.host("one.example", "127.0.0.2").host("two.example", "127.0.0.2");
        int port = network.elsewhere("127.0.0.2", "one", "one.example").port();

        assertThat(network.get("one.example:" + port)).startsWith("one ");
        fails("two.example:" + port, Reason.CERTIFICATE);
        assertThat(network.get("one.example:" + port)).startsWith("one ");
    }

    @Test
    void whatDoesNotSpeakTlsIsNoServer() throws Exception {
        network.dns.host(NAME, "127.0.0.2");
        TestServer plain =
                network.keep(TestServer.of(null, network.loops(), "127.0.0.2", 0, TestServer.answer(200, "{}")));
        fails(NAME + ":" + plain.port(), Reason.CERTIFICATE);

        try (ServerSocket closing = new ServerSocket(0, 16, InetAddress.getByName("127.0.0.2"))) {
            Thread thread = new Thread(() -> closeEach(closing));
            thread.start();
            fails(NAME + ":" + closing.getLocalPort(), Reason.UNREACHABLE);
            closing.close();
            thread.join();
        }
    }

    @Test
    void aServerThatSaysNothingIsLeft() {
        AtomicBoolean left = new AtomicBoolean();
        String name = at((request, response) -> {
            request.withConnection(connection -> connection.onDispose(() -> left.set(true)));
            return Mono.never();
        });

        failsShortly(name, Reason.TIMEOUT);
        await().untilTrue(left);
    }

    @Test
    void aServerThatDripsIsLeft() {
        AtomicBoolean left = new AtomicBoolean();
        String name = at((request, response) -> {
            request.withConnection(connection -> connection.onDispose(() -> left.set(true)));
            return response.send(
                    Flux.interval(Duration.ofMillis(50)).map(i -> Unpooled.wrappedBuffer(new byte[1])), one -> true);
        });

        failsShortly(name, Reason.TIMEOUT);
        await().untilTrue(left);
    }

    @Test
    void anAnswerWithoutEndIsLeftAtItsBound() {
        AtomicLong sent = new AtomicLong();
        AtomicBoolean left = new AtomicBoolean();
        String name = at((request, response) -> {
            request.withConnection(connection -> connection.onDispose(() -> left.set(true)));
            return response.send(Flux.<io.netty.buffer.ByteBuf, Integer>generate(() -> 0, (i, sink) -> {
                sent.addAndGet(64 * 1024);
                sink.next(Unpooled.wrappedBuffer(new byte[64 * 1024]));
                return i + 1;
            }));
        });

        fails(name, Reason.TOO_LARGE);
        await().untilTrue(left);
        // What the sockets and the server's own queue hold on top.
        assertThat(sent.get()).isLessThan(50 << 20);
    }

    @Test
    void headersWithoutEndAreNoAnswer() {
        String name = at((request, response) -> {
            for (int i = 0; i < 100; i++) {
                response.addHeader("X-Much-" + i, "x".repeat(1000));
            }
            return response.send();
        });

        fails(name, Reason.UNREACHABLE);
    }

    @Test
    void anAnswerThatBreaksOffIsNone() {
        String name = at((request, response) -> response.sendString(
                Flux.concat(Mono.just("{\"half\":"), Mono.error(new IllegalStateException("on purpose")))));

        fails(name, Reason.UNREACHABLE);
    }

    @Test
    void anotherStatusIsToldWithItsText() {
        String name = at(TestServer.answer(404, "{\"errcode\":\"M_UNRECOGNIZED\"}"));

        FederationException e = failure(name, TestNetwork.BOUNDS);

        assertThat(e.reason()).isEqualTo(Reason.STATUS);
        assertThat(e.status()).hasValue(404);
        assertThat(e).hasMessage(name + ": status 404, {\"errcode\":\"M_UNRECOGNIZED\"}; expected 200");
    }

    @Test
    void aRequestIsNotRedirected() {
        TestServer other = network.elsewhere("127.0.0.3", "other", NAME);
        String name = at(TestServer.answer(302, "", "Location", "https://" + NAME + ":" + other.port() + "/"));

        FederationException e = failure(name, TestNetwork.BOUNDS);

        assertThat(e.status()).hasValue(302);
        assertThat(other.connections()).isZero();
    }

    @Test
    void aFileThatRedirectsInCirclesIsNone() {
        network.federation("127.0.0.2", "at-default", NAME);
        TestServer file = network.wellKnown("127.0.0.2", TestServer.answer(302, "", "Location", "/round"), NAME);

        assertThat(network.get(NAME)).startsWith("at-default ");
        assertThat(file.requests())
                .containsExactly(
                        "GET hs.example/.well-known/matrix/server",
                        "GET hs.example/round",
                        "GET hs.example/round",
                        "GET hs.example/round",
                        "GET hs.example/round",
                        "GET hs.example/round");
    }

    @Test
    void aFileMayRedirectToAnotherHost() {
        network.federation("127.0.0.2", "at-default", "127.0.0.2");
        network.dns.host("www.example", "127.0.0.4");
        TestServer file = network.elsewhere("127.0.0.4", "file", "www.example");
        file.handler(TestServer.answer(200, "{\"m.server\":\"127.0.0.2\"}"));
        network.wellKnown(
                "127.0.0.3",
                TestServer.answer(308, "", "Location", "https://www.example:" + file.port() + "/a%20b?c=%2F#d"),
                NAME);

        assertThat(network.get(NAME)).startsWith("at-default ");
        assertThat(file.requests()).containsExactly("GET www.example:" + file.port() + "/a%20b?c=%2F");
    }

    @Test
    void aFileIsTakenUpToItsBound() {
        network.federation("127.0.0.2", "at-default", "127.0.0.2", NAME, "large.example");
        String json = "{\"m.server\":\"127.0.0.2\"}";
        TestServer file = network.wellKnown(
                "127.0.0.2",
                TestServer.answer(200, json + " ".repeat(50 * 1024 - json.length())),
                NAME,
                "large.example");

        assertThat(network.get(NAME)).isEqualTo("at-default host=127.0.0.2 sni=");
        file.handler(TestServer.answer(200, json + " ".repeat(50 * 1024 - json.length() + 1)));
        assertThat(network.get("large.example")).isEqualTo("at-default host=large.example sni=large.example");
    }

    @Test
    void aSilentNameServerCostsNoMoreThanTheRequestMay() throws Exception {
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            FederationClient client = FederationClient.create(
                    new OutgoingOptions(
                            FederationWhitelist.ALL,
                            AddressRule.openInternet(),
                            List.of(),
                            List.of((InetSocketAddress) silent.getLocalSocketAddress()),
                            network.clock),
                    network.loops());

            FederationException e = catchThrowableOfType(
                    FederationException.class,
                    () -> client.get(ServerName.parse("slow.example:1"), "/", SHORT)
                            .block());

            assertThat(e.reason()).isEqualTo(Reason.TIMEOUT);
            client.close().block(Duration.ofSeconds(30));
        }
    }

    @Test
    void fewConnectionsServeManyRequests() {
        TestServer server = network.elsewhere("127.0.0.2", "busy", NAME);
        network.dns.host(NAME, "127.0.0.2");
        ServerName name = ServerName.parse(NAME + ":" + server.port());

        List<byte[]> answers = Flux.range(0, 60)
                .flatMap(i -> network.client.get(name, "/" + i, TestNetwork.BOUNDS), 60)
                .collectList()
                .block(Duration.ofSeconds(30));

        assertThat(answers).hasSize(60);
        assertThat(server.connections()).isLessThanOrEqualTo(4);
        assertThat(server.requests()).hasSize(60);
    }

    @Test
    void aConnectionThatItsServerClosedIsNotUsedAgain() {
        String name = at((request, response) -> {
            response.keepAlive(false);
            return response.sendString(Mono.just("{}"));
        });

        for (int i = 0; i < 3; i++) {
            assertThat(network.get(name)).isEqualTo("{}");
        }
    }

    @Test
    void cancellingLeavesTheServer() {
        AtomicBoolean left = new AtomicBoolean();
        AtomicBoolean asked = new AtomicBoolean();
        String name = at((request, response) -> {
            request.withConnection(connection -> connection.onDispose(() -> left.set(true)));
            asked.set(true);
            return Mono.never();
        });

        Disposable request = network.client
                .get(ServerName.parse(name), "/", TestNetwork.BOUNDS)
                .subscribe();
        await().untilTrue(asked);
        request.dispose();

        await().untilTrue(left);
    }

    @Test
    void tooManyRequestsAtOnceAreRefusedAndOnlyThese() {
        int port = network.elsewhere(
                        "127.0.0.2", network.authority.server("*.example"), (request, response) -> Mono.never())
                .port();
        List<Disposable> waiting = new ArrayList<>();
        AtomicInteger failed = new AtomicInteger();
        for (int i = 0; i < 128; i++) {
            // Different servers: each has connections of its own.
            ServerName server = ServerName.parse("waiting" + i + ".example:" + port);
            network.dns.host(server.host(), "127.0.0.2");
            waiting.add(network.client
                    .get(server, "/", new Bounds(Duration.ofMinutes(1), 10))
                    .subscribe(body -> {}, e -> failed.incrementAndGet()));
        }
        int refused = failed.get();

        FederationException e = failure("other.example", TestNetwork.BOUNDS);

        assertThat(e.reason()).isEqualTo(Reason.BUSY);
        waiting.forEach(Disposable::dispose);
        assertThat(failure("other.example", TestNetwork.BOUNDS).reason()).isEqualTo(Reason.NOT_FOUND);
        assertThat(refused).isZero();
    }

    @Test
    void aBodyGoesOutAsItIs() {
        List<String> seen = new ArrayList<>();
        String name = at((request, response) -> {
            seen.add(request.requestHeaders().get("Content-Type"));
            seen.add(request.requestHeaders().get("Content-Length"));
            seen.add(String.valueOf(request.requestHeaders().get("Authorization")));
            return request.receive()
                    .aggregate()
                    .asString()
                    .doOnNext(seen::add)
                    .then(response.sendString(Mono.just("{}")).then());
        });

        byte[] json = "{\"é\":1}".getBytes(StandardCharsets.UTF_8);
        network.client
                .post(ServerName.parse(name), "/_matrix/key/v2/query", json, TestNetwork.BOUNDS)
                .block(Duration.ofSeconds(30));

        assertThat(seen).containsExactly("application/json", "8", "null", "{\"é\":1}");
    }

    /** A server on a port of its own, with a name. */
    private String at(SslContext tls) {
        network.dns.host(NAME, "127.0.0.2");
        return NAME + ":"
                + network.elsewhere("127.0.0.2", tls, TestServer.answer(200, "{}"))
                        .port();
    }

    private String at(TestServer.Handler handler) {
        network.dns.host(NAME, "127.0.0.2");
        return NAME + ":"
                + network.elsewhere("127.0.0.2", network.authority.server(NAME), handler)
                        .port();
    }

    private void fails(String name, Reason reason) {
        assertThat(failure(name, TestNetwork.BOUNDS).reason()).isEqualTo(reason);
    }

    private void failsShortly(String name, Reason reason) {
        assertThat(failure(name, SHORT).reason()).isEqualTo(reason);
    }

    private FederationException failure(String name, Bounds bounds) {
        FederationException e = catchThrowableOfType(
                FederationException.class,
                () -> network.client.get(ServerName.parse(name), "/", bounds).block(Duration.ofSeconds(60)));
        assertThat(e).as("the request should have failed").isNotNull();
        if (!name.startsWith("127.")) {
            assertThat(e).message().doesNotContain("127.0.0");
        }
        return e;
    }

    private static void closeEach(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                server.accept().close();
            } catch (java.io.IOException closed) {
                return;
            }
        }
    }
}
