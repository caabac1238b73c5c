package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.OddRequests.BACKFILL;
import static dev.headwater.gateway.http.OddRequests.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.tls.TestCertificate;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bad requests over HTTP/2: each is answered, or reset, on its own stream, and the other streams go on. */
class BadHttp2IT {
    private static final int INITIAL_WINDOW_SIZE = 4;

    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path directory) {
        gateway = TestGateway.over(TestGateway.storeWith(new RoomBuilder("!room:hs.example").chain("c", 10)))
                .tls(TestCertificate.ec("hs.example").in(directory))
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /**
     * @param body {@link #NO_BODY} if the headers end the request, {@link #UNSENT} if nothing does
     * @param status 0 if the stream is reset
     */
    record Bad(String name, String body, int status, String errcode, String... headers) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String NO_BODY = "none";
    private static final String UNSENT = "unsent";

    private static Bad answered(String name, int status, String errcode, String... headers) {
        return new Bad(name, NO_BODY, status, errcode, headers);
    }

    private static Bad reset(String name, String... headers) {
        return new Bad(name, NO_BODY, 0, "", headers);
    }

    private static String[] get(String target, String... more) {
        String[] headers = new String[8 + more.length];
        System.arraycopy(
                new String[] {":method", "GET", ":scheme", "https", ":path", target, ":authority", "hs.example"},
                0,
                headers,
                0,
                8);
        System.arraycopy(more, 0, headers, 8, more.length);
        return headers;
    }

    /** A header of 3,000 bytes, so often; the second and later ones take a byte each on the wire. */
    private static String[] repeated(int times) {
        String[] headers = new String[2 * times];
        for (int i = 0; i < times; i++) {
            headers[2 * i] = "x";
            headers[2 * i + 1] = "y".repeat(3_000);
        }
        return headers;
    }

    static Stream<Bad> endsOnItsOwnStream() {
        String authorization = gateway.remote.authorization(GOOD, TestGateway.NAME);
        return Stream.of(
                answered(
                        "8 no authority",
                        400,
                        "M_UNKNOWN",
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":path",
                        "/_matrix/federation/v1/version"),
                reset("9 another host", get("/_matrix/federation/v1/version", "host", "other")),
                answered("11 absolute form", 400, "M_UNKNOWN", get("https://hs.example" + GOOD)),
                answered("11 asterisk", 400, "M_UNKNOWN", get("*")),
                answered("12 fragment", 400, "M_UNKNOWN", get(GOOD + "#x")),
                answered("13 target over 16 KiB", 414, "M_TOO_LARGE", get(GOOD + "&v=" + "x".repeat(16_384))),
                answered("14 headers over 16 KiB", 431, "M_TOO_LARGE", get(GOOD, "x", "y".repeat(16_384))),
                answered("14 headers over 40 KiB, not decoded", 431, "M_TOO_LARGE", get(GOOD, repeated(20))),
                new Bad(
                        "15 length over the limit",
                        UNSENT,
                        413,
                        "M_TOO_LARGE",
                        get(GOOD, "content-length", "10000000")),
                new Bad("29 body that does not come", UNSENT, 401, "M_UNAUTHORIZED", get(GOOD)),
                reset("17 raw blank", get(BACKFILL + "a b")),
                reset("17 raw line end", get(BACKFILL + "a\r\nb")),
                answered("17 raw non-ASCII", 400, "M_UNKNOWN", get(BACKFILL + "\u00e9")),
                answered("20 dots", 404, "M_UNRECOGNIZED", get("/_matrix/federation/v1/../v1/version")),
                answered("21 admin", 404, "M_UNRECOGNIZED", get("/_synapse/admin/v1/rooms")),
                answered("23 unknown path", 404, "M_UNRECOGNIZED", get("/_matrix/federation/v1/nothing")),
                answered(
                        "24 PUT",
                        405,
                        "M_UNRECOGNIZED",
                        ":method",
                        "PUT",
                        ":scheme",
                        "https",
                        ":path",
                        GOOD,
                        ":authority",
                        "hs.example"),
                answered("24 CONNECT", 400, "M_UNKNOWN", ":method", "CONNECT", ":authority", "hs.example:443"),
                answered("26 odd expectation", 417, "M_UNKNOWN", get(GOOD, "expect", "200-maybe")),
                answered("27 gzip", 415, "M_UNKNOWN", get(GOOD, "content-encoding", "gzip")),
                new Bad("29 body", "{}", 400, "M_UNKNOWN", get(GOOD, "authorization", authorization)),
                new Bad("30 unread body", "x".repeat(9_000), 401, "M_UNAUTHORIZED", get(GOOD)),
                answered("31 no authorization", 401, "M_UNAUTHORIZED", get(GOOD)),
                reset(
                        "blank in the method",
                        ":method",
                        "G T",
                        ":scheme",
                        "https",
                        ":path",
                        "/",
                        ":authority",
                        "hs.example"),
                reset("no method", ":scheme", "https", ":path", "/", ":authority", "hs.example"),
                reset("no scheme", ":method", "GET", ":path", "/", ":authority", "hs.example"),
                reset("no path", ":method", "GET", ":scheme", "https", ":authority", "hs.example"),
                reset("empty path", get("")),
                reset("two paths", get("/", ":path", "/")),
                reset("pseudo-header of a response", get("/", ":status", "200")),
                reset("unknown pseudo-header", get("/", ":x", "y")),
                reset("1 transfer-encoding", get("/", "transfer-encoding", "chunked")),
                reset("connection", get("/", "connection", "close")),
                reset("25 upgrade", get("/", "upgrade", "websocket")),
                reset("upper-case name", get("/", "X-A", "b")),
                reset("line end in a value", get("/", "x", "y\r\nz: 1")),
                reset("NUL in a value", get("/", "x", "y\u0000")),
                new Bad("2 two lengths", "xyz", 0, "", get(GOOD, "content-length", "3", "content-length", "4")),
                new Bad("3 length -1", "xyz", 0, "", get(GOOD, "content-length", "-1")));
    }

    @ParameterizedTest
    @MethodSource
    void endsOnItsOwnStream(Bad bad) throws IOException {
        try (RawHttp2 connection = RawHttp2.open(gateway.address())) {
            isGood(connection);
            int stream = connection.headers(bad.body.equals(NO_BODY), bad.headers);
            if (!bad.body.equals(NO_BODY) && !bad.body.equals(UNSENT)) {
                connection.frame(
                        RawHttp2.DATA, RawHttp2.END_STREAM, stream, bad.body.getBytes(StandardCharsets.US_ASCII));
            }
            RawHttp2.Exchange exchange = connection.read(stream);
            if (bad.status == 0) {
                assertThat(exchange.reset()).as(exchange.text()).isPositive();
            } else {
                assertThat(exchange.status()).as(exchange.text()).isEqualTo(bad.status);
                assertThat(exchange.headers()).containsEntry("content-type", "application/json");
                assertThat(exchange.headers()).doesNotContainKeys("connection", "transfer-encoding");
                JsonNode error = JsonMapper.shared().readTree(exchange.body());
                assertThat(error.path("errcode").asString()).isEqualTo(bad.errcode);
                assertThat(error.path("error").asString()).isNotBlank();
            }
            isGood(connection);
        }
    }

    @Test
    void resetsAStreamThatTakesNoBodyToItsRefusal() throws IOException {
        try (RawHttp2 connection = RawHttp2.open(gateway.address(), 0, INITIAL_WINDOW_SIZE, 0)) {
            int stream = connection.headers(true, get(GOOD, repeated(20)));
            RawHttp2.Exchange exchange = connection.read(stream);
            assertThat(exchange.status()).isEqualTo(431);
            assertThat(exchange.body()).isEmpty();
            assertThat(exchange.reset()).isPositive();
            connection.frame(RawHttp2.SETTINGS, 0, 0, RawHttp2.settings(INITIAL_WINDOW_SIZE, 65_535));
            isGood(connection);
        }
    }

    record Odd(String... headers) {
        @Override
        public String toString() {
            return headers[0];
        }
    }

    static Stream<Odd> acceptsWhatOnlyLooksOdd() {
        return Stream.of(
                new Odd("host", "hs.example"),
                new Odd("te", "trailers"),
                new Odd("x-forwarded-for", "10.0.0.1"),
                new Odd("cookie", "a=b", "cookie", "c=d"));
    }

    @ParameterizedTest
    @MethodSource
    void acceptsWhatOnlyLooksOdd(Odd odd) throws IOException {
        try (RawHttp2 connection = RawHttp2.open(gateway.address())) {
            String[] headers = get(GOOD, "authorization", gateway.remote.authorization(GOOD, TestGateway.NAME));
            String[] all = new String[headers.length + odd.headers.length];
            System.arraycopy(headers, 0, all, 0, headers.length);
            System.arraycopy(odd.headers, 0, all, headers.length, odd.headers.length);
            assertThat(connection.read(connection.headers(true, all)).status()).isEqualTo(200);
        }
    }

    private static void isGood(RawHttp2 connection) throws IOException {
        int stream = connection.get(GOOD, "authorization", gateway.remote.authorization(GOOD, TestGateway.NAME));
        assertThat(connection.read(stream).status()).isEqualTo(200);
        assertThat(JsonMapper.shared().readTree(connection.read(stream).body()).path("pdus"))
                .hasSize(5);
    }
}
