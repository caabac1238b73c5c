package dev.headwater.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.discovery.AddressRange;
import dev.headwater.gateway.discovery.AddressRule;
import dev.headwater.gateway.discovery.FederationClient;
import dev.headwater.gateway.discovery.OutgoingOptions;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.sign.KeyPublisher;
import dev.headwater.sign.PinnedKeys;
import dev.headwater.sign.SigningKey;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;
import tools.jackson.databind.node.ObjectNode;

/** A running Synapse: its keys are fetched over TLS, the requests that it sends are accepted, its word as a notary is taken. */
class SynapseKeysIT {
    private static final String PATH = "/_matrix/federation/v1/backfill/%21room%3Ahs.example";
    private static final Map<String, List<String>> PARAMETERS = Map.of("v", List.of("$c10"), "limit", List.of("5"));
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final SigningKey KEY = SigningKey.generate(KeyId.parse("ed25519:syn_1"), new SecureRandom());
    private static final LoopResources LOOPS = LoopResources.create("synapse-keys", 2, true);

    @TempDir
    static Path directory;

    private static LoopbackCertificate certificate;
    private static SynapsePeer synapse;

    private final List<Runnable> closing = new ArrayList<>();
    private volatile InetSocketAddress behind = new InetSocketAddress("127.0.0.1", 1);

    @BeforeAll
    static void start() throws Exception {
        certificate = LoopbackCertificate.make(directory.resolve("certificate"));
        synapse = SynapsePeer.start(directory, KEY, certificate);
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        if (synapse != null) {
            synapse.close();
        }
        LOOPS.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(PATIENCE);
    }

    @Test
    void acceptsTheRequestsThatItSends() throws IOException {
        DisposableServer front = front();
        KeyRing ring = ring(serverName(front), certificate.certificate(), List.of());
        try (TestGateway gateway = gateway(front, ring)) {
            assertThat(ring.atHand(ServerName.parse(synapse.name()), KEY.id())).isNull();
            for (int i = 0; i < 2; i++) {
                ObjectNode answer = synapse.ask(serverName(front).value(), PATH, PARAMETERS);
                assertThat(answer.path("status").intValue())
                        .as(answer.toString())
                        .isEqualTo(200);
                assertThat(answer.path("body").path("pdus").size()).isEqualTo(5);
            }
            assertThat(ring.atHand(ServerName.parse(synapse.name()), KEY.id())).isEqualTo(KEY.verifyKey());
        }
    }

    @Test
    void refusesThemWhenItsCertificateIsNotTrusted() throws Exception {
        DisposableServer front = front();
        X509Certificate another =
                LoopbackCertificate.make(directory.resolve("another")).certificate();
        KeyRing ring = ring(serverName(front), another, List.of());
        try (TestGateway gateway = gateway(front, ring)) {
            ObjectNode answer = synapse.ask(serverName(front).value(), PATH, PARAMETERS);
            assertThat(answer.path("status").intValue()).as(answer.toString()).isEqualTo(401);
            assertThat(answer.path("body").stringValue("")).contains("M_UNAUTHORIZED");
        }
    }

    /** It is asked for its own keys first, since none are configured. */
    @Test
    void takesItsWordAboutAServerThatIsSilentToUs() throws IOException {
        List<String> askers = new CopyOnWriteArrayList<>();
        KeyPublisher[] silent = new KeyPublisher[1];
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .runOn(LOOPS)
                .secure(spec -> spec.sslContext(serverTls()))
                .handle((request, response) -> {
                    String agent = request.requestHeaders().get("User-Agent", "");
                    askers.add(agent.replaceFirst("/.*", ""));
                    return agent.startsWith("Synapse")
                            ? response.header("Content-Type", "application/json")
                                    .sendByteArray(Mono.just(CanonicalJson.encode(
                                            silent[0].document(System.currentTimeMillis() + 86_400_000))))
                            : Mono.never();
                })
                .bindNow();
        closing.add(() -> server.disposeNow(PATIENCE));
        silent[0] = new KeyPublisher("127.0.0.1:" + server.port(), "ed25519:a_1");
        KeyRing ring = ring(
                ServerName.parse("hs.example"),
                certificate.certificate(),
                List.of(new TrustedKeyServer(ServerName.parse(synapse.name()), Map.of())));
        assertThat(ring.find(silent[0].name(), silent[0].keyId()).block(PATIENCE))
                .isEqualTo(silent[0].key().verifyKey());
        assertThat(askers).containsExactlyInAnyOrder("Headwater", "Synapse");
    }

    private KeyRing ring(ServerName self, X509Certificate authority, List<TrustedKeyServer> notaries) {
        FederationClient client = FederationClient.create(
                new OutgoingOptions(
                        FederationWhitelist.ALL,
                        AddressRule.allowing(List.of(AddressRange.parse("127.0.0.1/32"))),
                        List.of(authority),
                        List.of(),
                        Clock.systemUTC()),
                LOOPS);
        KeyRing ring = KeyRing.create(
                self, PinnedKeys.none(), notaries, client, SignatureProvider.fastest(), Clock.systemUTC());
        closing.add(() -> {
            ring.close();
            client.close().block(PATIENCE);
        });
        return ring;
    }

    /** TLS in front of a gateway that is started later, under the name of its address. */
    private DisposableServer front() {
        DisposableServer front = TcpServer.create()
                .host("127.0.0.1")
                .port(0)
                .runOn(LOOPS)
                .secure(spec -> spec.sslContext(serverTls()))
                .handle((in, out) -> TcpClient.create()
                        .runOn(LOOPS)
                        .remoteAddress(() -> behind)
                        .connect()
                        .flatMapMany(connection -> Flux.merge(
                                connection.outbound().send(in.receive().retain()),
                                out.send(connection.inbound().receive().retain()))))
                .bindNow();
        closing.add(() -> front.disposeNow(PATIENCE));
        return front;
    }

    private TestGateway gateway(DisposableServer front, KeyRing ring) {
        MemoryEventStore store = new MemoryEventStore();
        TestGateway.store(store, new RoomBuilder("!room:hs.example").chain("c", 10), List.of(), synapse.name());
        TestGateway gateway = TestGateway.over(store)
                .named(serverName(front))
                .keys(pinned -> ring)
                .start();
        behind = gateway.address();
        return gateway;
    }

    private static ServerName serverName(DisposableServer front) {
        return ServerName.parse("127.0.0.1:" + front.port());
    }

    private static SslContext serverTls() {
        try {
            return certificate.server();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void close() {
        for (int i = closing.size() - 1; i >= 0; i--) {
            closing.get(i).run();
        }
    }
}
