package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
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

/** One bad request a row: what it gets, and that nobody else notices. */
class BadRequestsIT {
    private static final String ROOM = "%21room%3Ahs.example";
    private static final String BACKFILL = "/_matrix/federation/v1/backfill/";
    private static final String GOOD = BACKFILL + ROOM + "?v=%24c10&limit=5";
    private static final int PASSED_THE_LIMIT = 17 * 1024;

    private static TestGateway gateway;
    private static Asker remote;
    private static Asker second;
    private static Asker stranger;

    @BeforeAll
    static void start() {
        var store = TestGateway.storeWith(new RoomBuilder("!room:hs.example").chain("c", 10));
        TestGateway.store(
                store,
                new RoomBuilder("!denied:hs.example").chain("d", 3),
                List.of("{\"allow\":[\"*\"],\"deny\":[\"remote.example\"]}"),
                "remote.example");
        TestGateway.store(store, new RoomBuilder("!others:hs.example").chain("o", 3), List.of(), "elsewhere.example");
        TestGateway.store(store, new RoomBuilder("!a}{h:hs.example").chain("h", 6), List.of(), "remote.example");
        stranger = Asker.named("stranger.example");
        gateway = TestGateway.over(store).start();
        remote = gateway.remote;
        second = Asker.named("remote.example");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** @param keepsConnection whether the connection can go on after it */
    record Case(String name, String request, int status, String errcode, boolean keepsConnection) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case lost(String name, String request, int status, String errcode) {
        return new Case(name, request, status, errcode, false);
    }

    private static Case kept(String name, String request, int status, String errcode) {
        return new Case(name, request, status, errcode, true);
    }

    private static String plain(String line, String... headers) {
        return line + "\r\n" + Stream.of(headers).map(h -> h + "\r\n").collect(Collectors.joining()) + "\r\n";
    }

    private static String get(String target, String... headers) {
        List<String> all = new ArrayList<>(List.of("Host: hs.example"));
        all.addAll(List.of(headers));
        return plain("GET " + target + " HTTP/1.1", all.toArray(new String[0]));
    }

    private static String auth(String value) {
        return get(GOOD, "Authorization: " + value);
    }

    static Stream<Case> http() {
        return Stream.of(
                lost("1 two framings", get("/", "Content-Length: 3", "Transfer-Encoding: chunked"), 400, "M_UNKNOWN"),
                lost("2 two lengths", get("/", "Content-Length: 3", "Content-Length: 4"), 400, "M_UNKNOWN"),
                lost("3 length +2", get("/", "Content-Length: +2"), 400, "M_UNKNOWN"),
                lost("3 length -1", get("/", "Content-Length: -1"), 400, "M_UNKNOWN"),
                lost("3 length 2^64", get("/", "Content-Length: 18446744073709551616"), 400, "M_UNKNOWN"),
                lost("4 odd coding", get("/", "Transfer-Encoding: chunked, xchunked"), 400, "M_UNKNOWN"),
                lost("5 bare LF", "GET / HTTP/1.1\nHost: hs.example\n\n", 400, "M_UNKNOWN"),
                lost("6 blank before colon", plain("GET / HTTP/1.1", "Host : hs.example"), 400, "M_UNKNOWN"),
                lost("7 NUL before method", "\0" + get("/"), 400, "M_UNKNOWN"),
                kept("8 no Host", plain("GET " + GOOD + " HTTP/1.1"), 400, "M_UNKNOWN"),
                kept("9 two Hosts", get(GOOD, "Host: hs.example"), 400, "M_UNKNOWN"),
                lost("10 HTTP/9.9", plain("GET " + GOOD + " HTTP/9.9", "Host: hs.example"), 505, "M_UNKNOWN"),
                kept("11 other host's absolute form", get("http://other.example" + GOOD), 400, "M_UNKNOWN"),
                kept("12 fragment", get(GOOD + "#x"), 400, "M_UNKNOWN"),
                kept(
                        "13 target over 16 KiB",
                        get(GOOD + "&v=" + "x".repeat(16_384 - GOOD.length() - 2)),
                        414,
                        "M_TOO_LARGE"),
                lost("13 target far over", get("/" + "x".repeat(PASSED_THE_LIMIT)), 414, "M_TOO_LARGE"),
                lost("14 one large header", get("/", "X-A: " + "x".repeat(PASSED_THE_LIMIT)), 431, "M_TOO_LARGE"),
                lost("14 many headers", get("/", manyHeaders()), 431, "M_TOO_LARGE"),
                lost("15 length over the limit", get(GOOD, "Content-Length: 10000000"), 413, "M_TOO_LARGE"),
                lost(
                        "16 chunked body that grows",
                        signedWith("Transfer-Encoding: chunked") + ("4000\r\n" + "x".repeat(0x4000) + "\r\n").repeat(5),
                        400,
                        "M_UNKNOWN"),
                kept("17 raw UTF-8", get(BACKFILL + "!r\u00c3\u00b6m:hs?v=$c&limit=1"), 400, "M_UNKNOWN"),
                kept("20 dots", get("/_matrix/federation/v1/../v1/version"), 404, "M_UNRECOGNIZED"),
                kept("20 encoded dots", get("/_matrix/federation/v1/%2e%2E/version"), 404, "M_UNRECOGNIZED"),
                kept("20 dots as room", get(BACKFILL + "%2e."), 404, "M_UNRECOGNIZED"),
                kept("20 two slashes", get("/_matrix//federation/v1/version"), 404, "M_UNRECOGNIZED"),
                kept("21 admin", get("/_synapse/admin/v1/rooms"), 404, "M_UNRECOGNIZED"),
                kept("21 client", get("/_matrix/client/versions"), 404, "M_UNRECOGNIZED"),
                kept("21 metrics", get("/metrics"), 404, "M_UNRECOGNIZED"),
                kept("23 unknown path", get("/_matrix/federation/v1/nothing"), 404, "M_UNRECOGNIZED"),
                kept("23 encoded path", get("/_matrix/federation/v1/%76ersion"), 404, "M_UNRECOGNIZED"),
                kept("24 PUT", plain("PUT " + GOOD + " HTTP/1.1", "Host: hs.example"), 405, "M_UNRECOGNIZED"),
                kept(
                        "24 with a body",
                        plain("PUT " + GOOD + " HTTP/1.1", "Host: hs.example", "Content-Length: 2") + "{}",
                        405,
                        "M_UNRECOGNIZED"),
                kept("26 odd expectation", get(GOOD, "Expect: 200-maybe"), 417, "M_UNKNOWN"),
                kept("27 gzip", get(GOOD, "Content-Encoding: gzip"), 415, "M_UNKNOWN"),
                kept("27 br", get(GOOD, "Content-Encoding: br"), 415, "M_UNKNOWN"),
                kept(
                        "28 authorization in a trailer",
                        get(GOOD, "Transfer-Encoding: chunked", "Trailer: Authorization") + "0\r\nAuthorization: "
                                + remote().authorization(GOOD, TestGateway.NAME) + "\r\n\r\n",
                        401,
                        "M_UNAUTHORIZED"),
                kept("29 body", signedWith("Content-Length: 2") + "{}", 400, "M_UNKNOWN"),
                kept(
                        "30 unread body after 401",
                        get(GOOD, "Content-Length: 9000") + "x".repeat(9000),
                        401,
                        "M_UNAUTHORIZED"),
                lost("30 endless body after 401", get(GOOD, "Content-Length: 900000"), 401, "M_UNAUTHORIZED"));
    }

    private static String[] manyHeaders() {
        return IntStream.range(0, 50)
                .mapToObj(i -> "X-" + i + ": " + "x".repeat(400))
                .toArray(String[]::new);
    }

    private static Asker remote() {
        return remote;
    }

    private static String signedWith(String header) {
        return get(GOOD, "Authorization: " + remote.authorization(GOOD, TestGateway.NAME), header);
    }

    private static String sig() {
        return remote.base64Signature("GET", GOOD, TestGateway.NAME);
    }

    private static String parts(String origin, String destination, String key, String sig) {
        return "X-Matrix origin=\"" + origin + "\",destination=\"" + destination + "\",key=\"" + key + "\",sig=\"" + sig
                + "\"";
    }

    private static String withSignature(byte[] bytes) {
        return parts(
                "remote.example",
                "hs.example",
                "ed25519:a_1",
                Base64.getEncoder().withoutPadding().encodeToString(bytes));
    }

    /** S + L for S: as good a solution of the equation. */
    private static byte[] malleable(byte[] signature) {
        byte[] s = new byte[32];
        for (int i = 0; i < 32; i++) {
            s[i] = signature[63 - i];
        }
        BigInteger order = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
        byte[] sum = new BigInteger(1, s).add(order).toByteArray();
        byte[] out = Arrays.copyOf(signature, 64);
        for (int i = 0; i < 32; i++) {
            out[32 + i] = i < sum.length ? sum[sum.length - 1 - i] : 0;
        }
        return out;
    }

    static Stream<Case> authorization() {
        String unauthorized = "M_UNAUTHORIZED";
        String good = sig();
        byte[] bytes = remote.signature("GET", GOOD, TestGateway.NAME);
        char last = good.charAt(85);
        String tail = good.substring(0, 85) + (char) (last + 1);
        List<Case> cases = new ArrayList<>(List.of(
                kept("31 absent", get(GOOD), 401, unauthorized),
                kept("32 Bearer", auth("Bearer x"), 401, unauthorized),
                kept("33 nothing behind the scheme", auth("X-Matrix"), 400, unauthorized),
                kept("34 no origin", auth("X-Matrix key=\"ed25519:a_1\",sig=\"" + good + "\""), 400, unauthorized),
                kept("34 no key", auth("X-Matrix origin=remote.example,sig=\"" + good + "\""), 400, unauthorized),
                kept("34 no sig", auth("X-Matrix origin=remote.example,key=\"ed25519:a_1\""), 400, unauthorized),
                kept("35 open quote", auth("X-Matrix origin=\"remote.example,key=\"a\",sig=\"b"), 400, unauthorized),
                kept("35 bad escape", auth("X-Matrix origin=\"remote.example\\"), 400, unauthorized),
                kept(
                        "37 signature=",
                        auth(parts("remote.example", "hs.example", "ed25519:a_1", good)
                                .replace("sig=", "signature=")),
                        400,
                        unauthorized),
                kept(
                        "40 origin twice",
                        auth("X-Matrix origin=remote.example,Origin=remote.example,key=\"ed25519:a_1\",sig=\"" + good
                                + "\""),
                        400,
                        unauthorized),
                kept(
                        "41 two origins",
                        get(
                                GOOD,
                                "Authorization: " + parts("remote.example", "hs.example", "ed25519:a_1", good),
                                "Authorization: " + parts("other.example", "hs.example", "ed25519:a_1", good)),
                        400,
                        unauthorized),
                kept("44 ourselves", auth(parts("hs.example", "hs.example", "ed25519:a_1", good)), 401, unauthorized),
                kept("45 other destination", auth(remote.authorization(GOOD, "other.example")), 401, unauthorized),
                kept("47 rsa", auth(parts("remote.example", "hs.example", "rsa:1", good)), 401, unauthorized),
                kept("47 no version", auth(parts("remote.example", "hs.example", "ed25519:", good)), 401, unauthorized),
                kept(
                        "47 key ID of 10 KB",
                        auth(parts("remote.example", "hs.example", "ed25519:" + "a".repeat(10_000), good)),
                        401,
                        unauthorized),
                kept(
                        "47 unknown key",
                        auth(parts("remote.example", "hs.example", "ed25519:b_2", good)),
                        401,
                        unauthorized),
                kept(
                        "48 not base64",
                        auth(parts("remote.example", "hs.example", "ed25519:a_1", "*".repeat(86))),
                        401,
                        unauthorized),
                kept("48 63 bytes", auth(withSignature(Arrays.copyOf(bytes, 63))), 401, unauthorized),
                kept("48 65 bytes", auth(withSignature(Arrays.copyOf(bytes, 65))), 401, unauthorized),
                kept(
                        "48 padded",
                        auth(parts("remote.example", "hs.example", "ed25519:a_1", good + "==")),
                        401,
                        unauthorized),
                kept(
                        "48 tail bits",
                        auth(parts("remote.example", "hs.example", "ed25519:a_1", tail)),
                        401,
                        unauthorized),
                kept("49 malleable", auth(withSignature(malleable(bytes))), 401, unauthorized),
                kept(
                        "50 other method",
                        auth(withSignature(remote.signature("PUT", GOOD, TestGateway.NAME))),
                        401,
                        unauthorized),
                kept(
                        "50 other target",
                        auth(withSignature(remote.signature("GET", GOOD + "0", TestGateway.NAME))),
                        401,
                        unauthorized),
                kept(
                        "50 other destination",
                        auth(withSignature(remote.signature("GET", GOOD, "other.example"))),
                        401,
                        unauthorized),
                kept(
                        "51 re-encoded query",
                        get(GOOD.replace("%24", "$"), "Authorization: " + remote.authorization(GOOD, TestGateway.NAME)),
                        401,
                        unauthorized),
                kept("52 other key of the same name", second.get(GOOD, TestGateway.NAME), 401, unauthorized),
                kept("54 unknown server", stranger.get(GOOD, TestGateway.NAME), 401, unauthorized),
                lost(
                        "57 50 headers of 8 KB",
                        get(
                                GOOD,
                                IntStream.range(0, 50)
                                        .mapToObj(i -> "Authorization: X-Matrix a=" + "a".repeat(8_000))
                                        .toArray(String[]::new)),
                        431,
                        "M_TOO_LARGE")));
        for (String origin : List.of("a b", "[::1", "x:99999", "x:-1", "x".repeat(256), "@u:x")) {
            cases.add(kept(
                    "43 origin " + origin.substring(0, Math.min(9, origin.length())),
                    auth(parts(origin, "hs.example", "ed25519:a_1", good)),
                    400,
                    unauthorized));
        }
        return cases.stream();
    }

    private static Case asked(String name, String target, int status, String errcode) {
        return kept(name, gateway.signed(target), status, errcode);
    }

    static Stream<Case> parameters() {
        String in = BACKFILL + ROOM;
        List<Case> cases = new ArrayList<>();
        for (String room : List.of(
                "foo", "!", "!" + "x".repeat(255), "!a%00b:x", "%zz", "%2", "!%c0%afx:x", "!%ff:x", "!%ed%a0%80:x")) {
            cases.add(asked(
                    "18 19 59 room " + room.substring(0, Math.min(12, room.length())),
                    BACKFILL + room + "?v=$c10&limit=5",
                    400,
                    "M_INVALID_PARAM"));
        }
        for (String room : List.of(
                "!unknown:hs.example", "!denied:hs.example", "!others:hs.example", "!a%7D%7Bb:x", "!a%5B31mb:x")) {
            cases.add(asked("60-63 room " + room, BACKFILL + room + "?v=$c10&limit=5", 403, "M_FORBIDDEN"));
        }
        for (String room : List.of("!a%0d%0ab:x", "!a%1b%5b31mb:x")) {
            cases.add(asked("60 room " + room, BACKFILL + room + "?v=$c10&limit=5", 400, "M_INVALID_PARAM"));
        }
        cases.add(asked("64 no v", in + "?limit=5", 400, "M_MISSING_PARAM"));
        cases.add(asked("64 no v in an unknown room", BACKFILL + "!unknown:x?limit=5", 400, "M_MISSING_PARAM"));
        cases.add(asked("64 no query", in, 400, "M_MISSING_PARAM"));
        for (String v : List.of("v=", "v=abc", "v", "v=%ff", "v=$" + "x".repeat(255), "v=&v=abc&v=%c0%af")) {
            cases.add(asked(
                    "65 " + v.substring(0, Math.min(9, v.length())),
                    in + "?" + v + "&limit=5",
                    400,
                    "M_INVALID_PARAM"));
        }
        cases.add(asked("18 %zz in the query", in + "?v=$c10&limit=5&x=%zz", 400, "M_INVALID_PARAM"));
        cases.add(asked("67 unknown v", in + "?v=$nobody&limit=5", 404, "M_NOT_FOUND"));
        cases.add(asked("67 v of another room", in + "?v=$o2&limit=5", 404, "M_NOT_FOUND"));
        cases.add(asked("69 no limit", in + "?v=$c10", 400, "M_MISSING_PARAM"));
        for (String limit : List.of(
                "",
                "0",
                "-1",
                "abc",
                "1.5",
                "1e3",
                "%205",
                "+5",
                "%2B5",
                "%D9%A3",
                "18446744073709551616",
                "9223372036854775808",
                "5&limit=5",
                "%ff")) {
            cases.add(asked("70 limit=" + limit, in + "?v=$c10&limit=" + limit, 400, "M_INVALID_PARAM"));
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource({"http", "authorization", "parameters"})
    void refusesWithAMatrixErrorAndDisturbsNobody(Case bad) throws IOException {
        try (RawConnection bystander = gateway.connect();
                RawConnection connection = gateway.connect()) {
            assertGood(bystander);
            Response response = connection.send(bad.request).read();
            assertThat(response.status()).as(response.text()).isEqualTo(bad.status);
            assertThat(response.headers()).containsEntry("content-type", "application/json");
            JsonNode error = JsonMapper.shared().readTree(response.body());
            assertThat(error.path("errcode").asString()).isEqualTo(bad.errcode);
            assertThat(error.path("error").asString()).isNotBlank();
            assertThat(error.size()).isEqualTo(2);
            if (bad.keepsConnection) {
                assertGood(connection);
            } else {
                assertThat(connection.isClosedByServer()).isTrue();
            }
            assertGood(bystander);
        }
    }

    private static void assertGood(RawConnection connection) throws IOException {
        Response good = connection.send(gateway.signed(GOOD)).read();
        assertThat(good.status()).as(good.text()).isEqualTo(200);
        assertThat(JsonMapper.shared().readTree(good.body()).path("pdus").size())
                .isEqualTo(5);
    }

    /** A request that is answered as every good one is. */
    record Odd(String name, String request) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Odd signed(String name, String... headers) {
        List<String> all = new ArrayList<>(List.of("Authorization: " + remote.authorization(GOOD, TestGateway.NAME)));
        all.addAll(List.of(headers));
        return new Odd(name, get(GOOD, all.toArray(new String[0])));
    }

    private static Odd asked(String name, String target) {
        return new Odd(name, gateway.signed(target));
    }

    static Stream<Odd> accepted() {
        String sig = sig();
        String good = parts("remote.example", "hs.example", "ed25519:a_1", sig);
        return Stream.of(
                new Odd(
                        "11 own host's absolute form",
                        "GET http://hs.example" + signed("").request.substring(4)),
                signed("22 spoofed addresses", "X-Forwarded-For: 10.0.0.1", "X-Real-IP: 10.0.0.2"),
                signed(
                        "25 upgrade to h2c",
                        "Upgrade: h2c",
                        "Connection: Upgrade, HTTP2-Settings",
                        "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
                signed(
                        "25 upgrade to WebSocket",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                        "Sec-WebSocket-Version: 13"),
                new Odd("35 needless escape", auth(good.replace("remote", "\\remote"))),
                new Odd("36 unknown parameter", auth(good + ",new=\"a,b\\\"c\"")),
                new Odd(
                        "38 upper case, blanks, tabs, bare colons",
                        auth("X-Matrix Origin=remote.example , DESTINATION=hs.example\t,KEY=ed25519:a_1\t,\tsIg="
                                + sig)),
                new Odd("39 scheme in lower case", auth(good.replace("X-Matrix", "x-matrix"))),
                new Odd(
                        "42 two keys, the second valid",
                        get(
                                GOOD,
                                "Authorization: " + good.replace("a_1", "z_9"),
                                "Authorization: Bearer x",
                                "Authorization: " + good)),
                new Odd(
                        "42 two keys, the first valid",
                        get(GOOD, "Authorization: " + good, "Authorization: " + good.replace("a_1", "z_9"))),
                new Odd("46 no destination", auth(good.replace("destination=\"hs.example\",", ""))),
                asked("60 braces in the room's ID", BACKFILL + "!a%7D%7Bh:hs.example?v=$h6&limit=5"),
                asked("trailing slash", BACKFILL + ROOM + "/?v=%24c10&limit=5"),
                asked(
                        "65 67 odd and unknown v beside a good one",
                        BACKFILL + "!room:hs.example?limit=5&v=$c10&v=abc&v=&v=%ff&v=$unknown&v=$o2"),
                asked(
                        "66 300 v",
                        BACKFILL + ROOM + "?limit=5&v=$c10"
                                + IntStream.range(0, 300)
                                        .mapToObj(i -> "&v=$u" + i)
                                        .collect(Collectors.joining())),
                asked("68 one v 300 times", BACKFILL + ROOM + "?limit=5" + "&v=$c10".repeat(300)));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void acceptsWhatOnlyLooksOdd(Odd odd) throws IOException {
        try (RawConnection connection = gateway.connect()) {
            Response response = connection.send(odd.request).read();
            assertThat(response.status()).as(response.text()).isEqualTo(200);
            assertThat(JsonMapper.shared()
                            .readTree(response.body())
                            .path("pdus")
                            .size())
                    .isEqualTo(5);
            assertGood(connection);
        }
    }

    @Test
    void givesOneAnswerToAllWhoMayNotKnow() throws IOException {
        try (RawConnection connection = gateway.connect()) {
            List<String> bodies = new ArrayList<>();
            for (String room : List.of("!unknown:hs.example", "!denied:hs.example", "!others:hs.example")) {
                bodies.add(connection
                        .send(gateway.signed(BACKFILL + room + "?v=$d1&limit=5"))
                        .read()
                        .text());
            }
            assertThat(bodies).containsOnly(bodies.get(0));
        }
    }

    @Test
    void answersHeadWithoutABody() throws IOException {
        try (RawConnection connection = gateway.connect()) {
            String head = "HEAD " + GOOD + " HTTP/1.1\r\nHost: hs.example\r\n\r\n";
            assertThat(connection.send(head).readHead().status()).isEqualTo(405);
            assertGood(connection);
        }
    }

    @Test
    void capsTheLimit() throws IOException {
        try (RawConnection connection = gateway.connect()) {
            for (String limit : List.of("1000000", "9223372036854775807")) {
                Response response = connection
                        .send(gateway.signed(BACKFILL + ROOM + "?v=$c10&limit=" + limit))
                        .read();
                assertThat(JsonMapper.shared()
                                .readTree(response.body())
                                .path("pdus")
                                .size())
                        .isEqualTo(11);
            }
        }
    }
}
