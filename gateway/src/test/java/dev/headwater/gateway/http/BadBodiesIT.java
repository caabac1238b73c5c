package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.OddRequests.kept;
import static dev.headwater.gateway.http.OddRequests.lost;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.OddRequests.Refused;
import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Rows 15, 16, 50 and 75 to 89b of bad input: well signed requests with odd bodies, one a row. */
class BadBodiesIT {
    private static final String TARGET = "/_matrix/federation/v1/get_missing_events/" + OddRequests.ROOM;
    private static final String GOOD = "{\"earliest_events\":[\"$c2\"],\"latest_events\":[\"$c5\"]}";
    private static final int MOST = HttpRules.MAX_BODY_BYTES;

    private static OddRequests requests;

    @BeforeAll
    static void start() {
        requests = new OddRequests();
    }

    @AfterAll
    static void stop() {
        requests.close();
    }

    /** Signed over its body where that is canonical JSON; what is not is refused before the signature is looked at. */
    private static String post(String body, String... headers) {
        return requests.gateway.remote.post(TARGET, TestGateway.NAME, body, body, headers);
    }

    private static Refused bad(String name, String body, String errcode) {
        return kept(name, post(body), 400, errcode);
    }

    private static String nested(int levels) {
        return "{\"a\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
    }

    static Stream<Refused> refusesWithAMatrixErrorAndDisturbsNobody() {
        List<Refused> cases = new ArrayList<>();
        cases.add(bad("75 empty", "", "M_NOT_JSON"));
        cases.add(bad("76 truncated", "{\"limit\":", "M_NOT_JSON"));
        for (String other : List.of("[]", "\"x\"", "null", "5")) {
            cases.add(bad("77 " + other, other, "M_BAD_JSON"));
        }
        cases.add(bad("78 trailing bytes", "{}x", "M_NOT_JSON"));
        cases.add(bad("78 two documents", "{}{}", "M_NOT_JSON"));
        cases.add(bad("79 twice", "{\"a\":1,\"a\":1}", "M_BAD_JSON"));
        cases.add(bad("79 twice, once escaped", "{\"a\":1,\"\\u0061\":1}", "M_BAD_JSON"));
        for (String number : List.of("NaN", "Infinity")) {
            cases.add(bad("80 " + number, "{\"limit\":" + number + "}", "M_NOT_JSON"));
        }
        for (String number : List.of(
                "1e400",
                "1e1000000000",
                "1".repeat(1001),
                "-0",
                "1.0",
                "1e2",
                "9007199254740992",
                "18446744073709551616")) {
            cases.add(bad(
                    "80 81 " + number.substring(0, Math.min(20, number.length())),
                    "{\"limit\":" + number + "}",
                    "M_BAD_JSON"));
        }
        cases.add(bad("82 lone surrogate", "{\"a\":\"\\ud800\"}", "M_BAD_JSON"));
        for (String bytes : List.of("\u00c0\u0080", "\u00ed\u00a0\u0080", "\u00ff")) {
            cases.add(bad("82 not UTF-8", "{\"a\":\"" + bytes + "\"}", "M_NOT_JSON"));
        }
        cases.add(bad("82 BOM", "\u00ef\u00bb\u00bf{}", "M_NOT_JSON"));
        cases.add(bad("82 UTF-16", "\u00fe\u00ff\u0000{\u0000}", "M_NOT_JSON"));
        cases.add(bad("83 nesting 101", nested(101), "M_BAD_JSON"));
        cases.add(bad("83 nesting 100,000", "{\"a\":" + "[".repeat(100_000), "M_BAD_JSON"));
        cases.add(kept("85 text/plain", post(GOOD, "Content-Type: text/plain"), 400, "M_NOT_JSON"));
        cases.add(kept("85 nonsense", post(GOOD, "Content-Type: ;"), 400, "M_NOT_JSON"));
        for (String limit : List.of("\"abc\"", "\"5\"", "[]", "{}", "null", "true")) {
            cases.add(bad("86 limit " + limit, "{\"limit\":" + limit + "}", "M_BAD_JSON"));
        }
        for (String name : List.of("latest_events", "earliest_events")) {
            for (String list : List.of("\"$c5\"", "5", "{}", "null", "[[\"$c5\"]]", "[5]", "[null]")) {
                cases.add(bad("87 " + name + " " + list, "{\"" + name + "\":" + list + "}", "M_BAD_JSON"));
            }
        }
        cases.add(bad("89 min_depth 2^63", "{\"min_depth\":9223372036854775808}", "M_BAD_JSON"));
        cases.add(bad("89 min_depth", "{\"min_depth\":\"0\"}", "M_BAD_JSON"));
        cases.add(kept(
                "89b PUT to a key server",
                "PUT /_matrix/key/v2/query HTTP/1.1\r\nHost: hs.example\r\nContent-Length: 2\r\n\r\n{}",
                404,
                "M_UNRECOGNIZED"));
        cases.add(kept("24 GET", requests.gateway.signed(TARGET), 405, "M_UNRECOGNIZED"));
        cases.add(kept(
                "50 another body than the signed one",
                requests.gateway.remote.post(TARGET, TestGateway.NAME, GOOD, "{\"limit\":5}"),
                401,
                "M_UNAUTHORIZED"));
        cases.add(kept(
                "50 no body in the signature",
                requests.gateway.remote.post(TARGET, TestGateway.NAME, "", "{}"),
                401,
                "M_UNAUTHORIZED"));
        cases.add(lost("15 a byte too many", head("Content-Length: " + (MOST + 1)), 413, "M_TOO_LARGE"));
        String chunk = "10000\r\n" + " ".repeat(65_536) + "\r\n";
        cases.add(
                lost("16 chunks that grow", head("Transfer-Encoding: chunked") + chunk.repeat(17), 413, "M_TOO_LARGE"));
        return cases.stream();
    }

    private static String head(String... headers) {
        return "POST " + TARGET + " HTTP/1.1\r\nHost: hs.example\r\nAuthorization: "
                + requests.gateway.remote.authorization("POST", TARGET, TestGateway.NAME, GOOD) + "\r\n"
                + Stream.of(headers).map(each -> each + "\r\n").collect(Collectors.joining()) + "\r\n";
    }

    @ParameterizedTest
    @MethodSource
    void refusesWithAMatrixErrorAndDisturbsNobody(Refused bad) throws IOException {
        requests.refuses(bad);
    }

    private static List<String> answered(RawConnection connection, String request) throws IOException {
        Response response = connection.send(request).read();
        assertThat(response.status()).as(response.text()).isEqualTo(200);
        List<String> events = new ArrayList<>();
        for (JsonNode event : JsonMapper.shared().readTree(response.body()).path("events")) {
            events.add(event.path("name").stringValue());
        }
        return events;
    }

    @Test
    void takesWhatOnlyLooksOdd() throws IOException {
        try (RawConnection connection = requests.gateway.connect()) {
            assertThat(answered(connection, post(GOOD, "Content-Type: Application/JSON; charset=utf-8")))
                    .containsExactly("c3", "c4");
            assertThat(answered(connection, post(GOOD)))
                    .as("85 no content type")
                    .containsExactly("c3", "c4");
            assertThat(answered(connection, post("{}"))).as("87 none").isEmpty();
            assertThat(answered(connection, post("{\"latest_events\":[]}"))).isEmpty();
            assertThat(answered(connection, post("{\"latest_events\":[\"\",\"abc\",\"$nobody\",\"$o2\"]}")))
                    .isEmpty();
            assertThat(answered(connection, post("{\"latest_events\":[\"$c5\"],\"limit\":-1}")))
                    .as("86")
                    .isEmpty();
            assertThat(answered(connection, post("{\"latest_events\":[\"$c5\"],\"limit\":9007199254740991}")))
                    .as("86")
                    .containsExactly("c0", "c1", "c2", "c3", "c4");
            String spaced = "{ \"latest_events\" : [ \"\\u0024c5\" ] , \"limit\" : 2 }";
            assertThat(answered(
                            connection,
                            requests.gateway.remote.post(
                                    TARGET, TestGateway.NAME, "{\"latest_events\":[\"$c5\"],\"limit\":2}", spaced)))
                    .as("the signature covers the canonical form")
                    .containsExactly("c3", "c4");
            assertThat(answered(connection, post(nested(100)))).isEmpty();
            requests.isGood(connection);
        }
    }

    @Test
    void boundsTheLists() throws IOException {
        try (RawConnection connection = requests.gateway.connect()) {
            String many =
                    IntStream.range(0, 5_000).mapToObj(i -> ",\"$u" + i + "\"").collect(Collectors.joining());
            assertThat(answered(connection, post("{\"latest_events\":[\"$c5\"" + many + "],\"limit\":2}")))
                    .containsExactly("c3", "c4");
            assertThat(answered(
                            connection, post("{\"latest_events\":[" + many.substring(1) + ",\"$c5\"],\"limit\":2}")))
                    .as("what stands behind those that count")
                    .isEmpty();
            String more =
                    IntStream.range(0, 60_000).mapToObj(i -> ",\"$u" + i + "\"").collect(Collectors.joining());
            assertThat(answered(
                            connection,
                            post("{\"earliest_events\":[\"$c3\"" + more + "],\"latest_events\":[\"$c5\"]}")))
                    .containsExactly("c4");
        }
    }

    @Test
    void takesAMillionEmptyKeysInLinearTime() throws IOException {
        try (RawConnection connection = requests.gateway.connect()) {
            String elements = "{},".repeat(300_000);
            assertThat(answered(connection, post("{\"a\":[" + elements + "{}]}")))
                    .isEmpty();
        }
    }

    @Test
    void readsChunksAndAsManyBytesAsMayBe() throws IOException {
        String padded = "{\"a\":\"" + "x".repeat(MOST - 8) + "\"}";
        try (RawConnection connection = requests.gateway.connect()) {
            assertThat(answered(connection, post(padded))).isEmpty();
            String chunks =
                    GOOD.chars().mapToObj(c -> "1\r\n" + (char) c + "\r\n").collect(Collectors.joining()) + "0\r\n\r\n";
            assertThat(answered(connection, head("Transfer-Encoding: chunked") + chunks))
                    .containsExactly("c3", "c4");
            requests.isGood(connection);
        }
    }

    @Test
    void invitesTheBodyOnlyWhenTheHeaderHasTheRightShape() throws IOException {
        String expect = "Expect: 100-continue";
        String length = "Content-Length: " + GOOD.length();
        try (RawConnection connection = requests.gateway.connect()) {
            Response go = connection.send(head(expect, length)).read();
            assertThat(go.status()).isEqualTo(100);
            assertThat(answered(connection, GOOD)).containsExactly("c3", "c4");
            String unsigned =
                    "POST " + TARGET + " HTTP/1.1\r\nHost: hs.example\r\n" + expect + "\r\n" + length + "\r\n\r\n";
            assertThat(connection.send(unsigned).read().status()).isEqualTo(401);
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aBodyThatDoesNotComeInTimeIsGivenUp() throws IOException {
        try (TestGateway hasty = TestGateway.over(
                                TestGateway.storeWith(new RoomBuilder("!room:hs.example").chain("c", 10)))
                        .requestTimeout(Duration.ofMillis(300))
                        .start();
                RawConnection connection = hasty.connect()) {
            String head = "POST " + TARGET + " HTTP/1.1\r\nHost: hs.example\r\nAuthorization: "
                    + hasty.remote.authorization("POST", TARGET, TestGateway.NAME, "{}")
                    + "\r\nContent-Length: 2\r\n\r\n{";
            Response late = connection.send(head).read();
            assertThat(late.status()).isEqualTo(408);
            assertThat(late.text()).contains("M_UNKNOWN");
            assertThat(connection.isClosedByServer()).isTrue();
        }
    }
}
