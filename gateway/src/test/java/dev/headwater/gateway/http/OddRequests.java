package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway that is held to its answers to odd requests; in some of its rooms remote.example may read. */
final class OddRequests implements AutoCloseable {
    static final String BACKFILL = "/_matrix/federation/v1/backfill/";
    static final String ROOM = "%21room%3Ahs.example";
    /** Asks for five events as anybody would. */
    static final String GOOD = BACKFILL + ROOM + "?v=%24c10&limit=5";

    final TestGateway gateway;

    /** Its key is known, but the operator does not federate with it. */
    final Asker unwanted = Asker.named("unwanted.example");

    OddRequests() {
        var store = TestGateway.storeWith(new RoomBuilder("!room:hs.example").chain("c", 10));
        TestGateway.store(
                store,
                new RoomBuilder("!denied:hs.example").chain("d", 3),
                List.of("{\"allow\":[\"*\"],\"deny\":[\"remote.example\"]}"),
                "remote.example");
        TestGateway.store(store, new RoomBuilder("!others:hs.example").chain("o", 3), List.of(), "elsewhere.example");
        TestGateway.store(store, new RoomBuilder("!a}{h:hs.example").chain("h", 6), List.of(), "remote.example");
        gateway = TestGateway.over(store)
                .knowing(unwanted)
                .whitelist("remote.example", "stranger.example", "other.example", TestGateway.NAME)
                .start();
    }

    @Override
    public void close() {
        gateway.close();
    }

    /**
     * A request that gets an error.
     *
     * @param keepsConnection whether the connection can go on after it
     */
    record Refused(String name, String request, int status, String errcode, boolean keepsConnection) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A request that is answered as every good one is. */
    record Accepted(String name, String request) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Refused lost(String name, String request, int status, String errcode) {
        return new Refused(name, request, status, errcode, false);
    }

    static Refused kept(String name, String request, int status, String errcode) {
        return new Refused(name, request, status, errcode, true);
    }

    static String plain(String line, String... headers) {
        return line + "\r\n" + Stream.of(headers).map(h -> h + "\r\n").collect(Collectors.joining()) + "\r\n";
    }

    static String get(String target, String... headers) {
        List<String> all = new ArrayList<>(List.of("Host: hs.example"));
        all.addAll(List.of(headers));
        return plain("GET " + target + " HTTP/1.1", all.toArray(new String[0]));
    }

    /** The good request, well signed, with more headers. */
    String signedWith(String... headers) {
        List<String> all =
                new ArrayList<>(List.of("Authorization: " + gateway.remote.authorization(GOOD, TestGateway.NAME)));
        all.addAll(List.of(headers));
        return get(GOOD, all.toArray(new String[0]));
    }

    /** It gets the status and a Matrix error, and neither its own connection nor another is disturbed more than it says. */
    void refuses(Refused bad) throws IOException {
        try (RawConnection bystander = gateway.connect();
                RawConnection connection = gateway.connect()) {
            isGood(bystander);
            Response response = connection.send(bad.request).read();
            assertThat(response.status()).as(response.text()).isEqualTo(bad.status);
            assertThat(response.headers()).containsEntry("content-type", "application/json");
            JsonNode error = JsonMapper.shared().readTree(response.body());
            assertThat(error.path("errcode").asString()).isEqualTo(bad.errcode);
            assertThat(error.path("error").asString()).isNotBlank();
            assertThat(error.size()).isEqualTo(2);
            if (bad.keepsConnection) {
                isGood(connection);
            } else {
                assertThat(connection.isClosedByServer()).isTrue();
            }
            isGood(bystander);
        }
    }

    void accepts(Accepted odd) throws IOException {
        try (RawConnection connection = gateway.connect()) {
            assertThat(events(connection.send(odd.request).read())).isEqualTo(5);
            isGood(connection);
        }
    }

    /** The connection serves the good request. */
    void isGood(RawConnection connection) throws IOException {
        assertThat(events(connection.send(gateway.signed(GOOD)).read())).isEqualTo(5);
    }

    static int events(Response response) {
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        return JsonMapper.shared().readTree(response.body()).path("pdus").size();
    }
}
