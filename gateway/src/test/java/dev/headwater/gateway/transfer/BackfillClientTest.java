package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.gateway.auth.RequestSigner;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.discovery.Bounds;
import dev.headwater.gateway.discovery.FederationClient;
import dev.headwater.gateway.discovery.OutgoingOptions;
import dev.headwater.id.EventId;
import dev.headwater.id.KeyId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.SigningKey;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

class BackfillClientTest {
    private static final ServerName ORIGIN = ServerName.parse("asker.example");
    private static final Ed25519 SCHEME = SignatureProvider.fastest();
    private static final SigningKey KEY = SigningKey.generate(KeyId.parse("ed25519:a_1"), new SecureRandom());
    private static final BackfillRequest REQUEST = new BackfillRequest(
            ServerName.parse("asked.example:8448"),
            RoomId.parse("!room/é:asked.example"),
            List.of(EventId.parse("$one+/=="), EventId.parse("$two")),
            20);

    private final AtomicReference<HttpServerRequest> seen = new AtomicReference<>();
    private final LoopResources loops = LoopResources.create("test-outgoing", 1, true);
    private final List<FederationClient> clients = new ArrayList<>();
    private DisposableServer server =
            HttpServer.create().host("127.0.0.1").port(0).bindNow();

    @AfterEach
    void stop() {
        server.disposeNow();
        clients.forEach(client -> client.close().block());
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
    }

    @Test
    void sendsWhatItSigns() {
        answer((request, response) -> response.sendString(Mono.just("{\"pdus\":[{\"a\":1}]}")));

        List<byte[]> events = client(1 << 20).ask(REQUEST).block();

        assertThat(events)
                .singleElement()
                .satisfies(event ->
                        assertThat(event).asString(StandardCharsets.UTF_8).isEqualTo("{\"a\":1}"));
        String target =
                "/_matrix/federation/v1/backfill/%21room%2F%C3%A9%3Aasked.example?v=%24one%2B%2F%3D%3D&v=%24two&limit=20";
        HttpServerRequest request = Objects.requireNonNull(seen.get());
        assertThat(request.uri()).isEqualTo(target);
        String header = request.requestHeaders().get("Authorization");
        assertThat(header)
                .startsWith(
                        "X-Matrix origin=\"asker.example\",destination=\"asked.example:8448\",key=\"ed25519:a_1\",sig=\"");
        String signature = header.substring(header.indexOf("sig=\"") + 5, header.length() - 1);
        byte[] signed =
                ("{\"destination\":\"asked.example:8448\",\"method\":\"GET\",\"origin\":\"asker.example\",\"uri\":\""
                                + target + "\"}")
                        .getBytes(StandardCharsets.UTF_8);
        assertThat(SCHEME.verify(KEY.verifyKey(), signed, Base64.getDecoder().decode(signature)))
                .isTrue();
    }

    @Test
    void failsWhereTheAnswerBreaksOff() {
        answer((request, response) -> response.sendString(
                Flux.concat(Mono.just("{\"pdus\":[{\"a\":1}"), Mono.error(new IllegalStateException()))));

        assertThatThrownBy(() -> client(1 << 20).ask(REQUEST).block())
                .isInstanceOf(TransferException.class)
                .hasMessage("asked.example:8448: the connection broke");
    }

    @Test
    void failsWhereTheAnswerIsTooLong() {
        answer((request, response) -> response.sendString(Flux.range(0, 100_000).map(i -> "xxxxxxxxxxxxxxxxxxxx")));

        assertThatThrownBy(() -> client(1000).ask(REQUEST).block())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("more than 1000 bytes of answer; expected at most that");
    }

    @Test
    void failsWhereTheAnswerTakesTooLong() {
        answer((request, response) -> response.sendString(Flux.never()));

        assertThatThrownBy(
                        () -> client(Duration.ofMillis(200), 1000).ask(REQUEST).block())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("no complete answer within 200 ms");
    }

    @Test
    void tellsTheErrorThatCame() {
        answer((request, response) ->
                response.status(403).sendString(Mono.just("{\"errcode\":\"M_FORBIDDEN\",\"error\":\"no\nno\"}")));

        assertThatThrownBy(() -> client(1 << 20).ask(REQUEST).block())
                .isInstanceOf(TransferException.class)
                .hasMessageEndingWith("status 403, {\"errcode\":\"M_FORBIDDEN\",\"error\":\"no no\"}; expected 200");
    }

    @Test
    void tellsThatNobodyListens() {
        server.disposeNow();

        assertThatThrownBy(() -> client(1 << 20).ask(REQUEST).block())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("refused");
    }

    private interface Answer {
        Publisher<Void> to(HttpServerRequest request, HttpServerResponse response);
    }

    private void answer(Answer answer) {
        server.disposeNow();
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> {
                    seen.set(request);
                    return answer.to(request, response);
                })
                .bindNow();
    }

    private BackfillClient client(int maxBytes) {
        return client(Duration.ofSeconds(20), maxBytes);
    }

    private BackfillClient client(Duration timeout, int maxBytes) {
        FederationClient servers = FederationClient.at(
                URI.create("http://127.0.0.1:" + server.port() + "/"), OutgoingOptions.defaults(), loops);
        clients.add(servers);
        return new BackfillClient(servers, new RequestSigner(ORIGIN, KEY, SCHEME), new Bounds(timeout, maxBytes));
    }
}
