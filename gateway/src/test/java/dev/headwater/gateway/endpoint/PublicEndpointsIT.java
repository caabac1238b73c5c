package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.headwater.gateway.http.RawConnection;
import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.StrictJson;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PinnedKeys;
import dev.headwater.sign.SignedJson;
import dev.headwater.sign.SigningKey;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

class PublicEndpointsIT {
    private static Response get(TestGateway gateway, String target) throws IOException {
        return gateway.ask("GET " + target + " HTTP/1.1\r\nHost: hs.example\r\n\r\n");
    }

    @Test
    void tellsItsVersionToAnybody() throws IOException {
        try (TestGateway gateway = TestGateway.over(new MemoryEventStore()).start()) {
            for (String slash : List.of("", "/", "?x=y")) {
                Response response = get(gateway, "/_matrix/federation/v1/version" + slash);
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.headers()).containsEntry("content-type", "application/json");
                assertThat(response.text()).startsWith("{\"server\":{\"name\":\"Headwater\",\"version\":\"");
            }
        }
    }

    @Test
    void publishesItsKeySignedByItself() throws IOException {
        SigningKey key = SigningKey.generate(KeyId.parse("ed25519:a_1"), new SecureRandom());
        ServerName self = ServerName.parse("hs.example");
        PinnedKeys pinned = PinnedKeys.parse(
                Map.of("hs.example", Map.of("ed25519:a_1", key.verifyKey().base64())));
        try (TestGateway gateway =
                TestGateway.over(new MemoryEventStore()).signingKey(key).start()) {
            for (String id : List.of("", "/", "/ed25519:a_1", "/ed25519%3Aother")) {
                Response response = get(gateway, "/_matrix/key/v2/server" + id);
                assertThat(response.status()).isEqualTo(200);
                ObjectNode keys = StrictJson.object(response.body());
                long now = System.currentTimeMillis();
                assertThat(keys.path("server_name").asString()).isEqualTo("hs.example");
                assertThat(keys.path("valid_until_ts").asLong()).isGreaterThan(now + 3_600_000);
                assertThat(keys.at("/verify_keys/ed25519:a_1/key").asString())
                        .isEqualTo(key.verifyKey().base64());
                assertThat(SignedJson.verify(keys, self, pinned, now, Ed25519.jdk()))
                        .isEqualTo(SignedJson.Outcome.GOOD);
            }
        }
    }

    @Test
    void knowsNoKeyPathWithoutAKey() throws IOException {
        try (TestGateway gateway = TestGateway.over(new MemoryEventStore()).start()) {
            Response response = get(gateway, "/_matrix/key/v2/server");
            assertThat(response.status()).isEqualTo(404);
            assertThat(response.text()).contains("M_UNRECOGNIZED");
        }
    }

    @Test
    void writesOneAccessLineARequest() throws IOException {
        Logger access = (Logger) LoggerFactory.getLogger("dev.headwater.access");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        access.setLevel(Level.INFO);
        access.addAppender(lines);
        try (TestGateway gateway = TestGateway.over(
                        TestGateway.storeWith(new RoomBuilder("!room:hs.example").chain("c", 5)))
                .start()) {
            try (RawConnection connection = gateway.connect()) {
                String in = "/_matrix/federation/v1/backfill/";
                connection
                        .send(gateway.signed(in + "!room:hs.example?v=$c5&limit=4"))
                        .read();
                connection
                        .send(gateway.signed(in + "!%E2%80%AE%20status=200:x?v=$c5&limit=4"))
                        .read();
                connection.send("GET /x HTTP/1.1\r\nHost : a\r\n\r\n").read();
            }
        } finally {
            access.detachAppender(lines);
            access.setLevel(null);
        }
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches(
                                        "origin=remote\\.example route=backfill room=!room:hs\\.example status=200 events=4"
                                                + " bytes=[0-9]+ ms=[0-9]+ source=store"),
                        line -> assertThat(line)
                                .startsWith(
                                        "origin=remote.example route=backfill room=!\\u202e\\u0020status=200:x status=403 "),
                        line -> assertThat(line).startsWith("origin=- route=- room=- status=400 events=0 "));
    }
}
