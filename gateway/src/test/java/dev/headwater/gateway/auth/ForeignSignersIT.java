package dev.headwater.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.RawConnection;
import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests as other implementations make and sign them: Synapse, Dendrite's library, the ruma crates, each with its own way
 * of writing paths, queries, bodies and headers. The recorder in {@code loadtest} makes {@code foreign-requests.json} anew.
 */
class ForeignSignersIT {
    private static final JsonNode SIGNERS = read();
    private static TestGateway gateway;

    /**
     * A recorded request.
     *
     * @param body null if it has none
     */
    record Signed(String signer, String method, String target, List<String> authorization, String body) {
        String bytes(String otherTarget) {
            StringBuilder request = new StringBuilder(method + " " + otherTarget + " HTTP/1.1\r\nHost: hs.example\r\n");
            authorization.forEach(
                    header -> request.append("Authorization: ").append(header).append("\r\n"));
            if (body == null) {
                return request.append("\r\n").toString();
            }
            return request.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n\r\n")
                    .append(body)
                    .toString();
        }

        @Override
        public String toString() {
            return signer + ": " + method + " " + target;
        }
    }

    private static JsonNode read() {
        try (InputStream in = ForeignSignersIT.class.getResourceAsStream("foreign-requests.json")) {
            return JsonMapper.shared().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void start() {
        RoomBuilder room = new RoomBuilder("!history:hs.example").chain("c", 20);
        room.event("left/3+x").after("c20");
        room.event("right_3-x:remote.example").after("c20");
        MemoryEventStore store = new MemoryEventStore();
        List<String> names = new ArrayList<>();
        TestGateway.Setup setup = TestGateway.over(store);
        for (JsonNode signer : SIGNERS) {
            String name = signer.path("origin").stringValue();
            names.add(name);
            signer.path("verify_keys")
                    .properties()
                    .forEach(key ->
                            setup.knowing(name, key.getKey(), key.getValue().stringValue()));
        }
        TestGateway.store(store, room, List.of(), names.toArray(String[]::new));
        gateway = setup.start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    static Stream<Signed> requests() {
        return SIGNERS.valueStream()
                .flatMap(signer -> signer.path("requests")
                        .valueStream()
                        .map(request -> new Signed(
                                signer.path("signer").stringValue(),
                                request.path("method").stringValue(),
                                request.path("target").stringValue(),
                                request.path("authorization")
                                        .valueStream()
                                        .map(JsonNode::stringValue)
                                        .toList(),
                                request.path("body").stringValue(null))));
    }

    @Test
    void knowsThreeForeignSigners() {
        assertThat(SIGNERS.valueStream().map(signer -> signer.path("origin").stringValue()))
                .containsExactly("synapse.example", "dendrite.example", "ruma.example");
    }

    @ParameterizedTest
    @MethodSource("requests")
    void answersWhatOthersHaveSigned(Signed request) throws IOException {
        Response response = ask(request.bytes(request.target()));
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        JsonNode answer = JsonMapper.shared().readTree(response.body());
        // All 21 events of the line; five of those above it; what lies between the two that the asker has named.
        int expected = request.method().equals("POST") ? 9 : request.target().contains("limit=5") ? 5 : 21;
        assertThat(answer.path(request.method().equals("POST") ? "events" : "pdus")
                        .size())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void refusesTheSameSignaturesOverAnotherTarget(Signed request) throws IOException {
        Response response = ask(request.bytes(request.target().replace("history", "hxstory")));
        assertThat(response.status()).as(response.text()).isEqualTo(401);
    }

    private static Response ask(String request) throws IOException {
        try (RawConnection connection = gateway.connect()) {
            return connection.send(request.getBytes(StandardCharsets.UTF_8)).read();
        }
    }
}
