package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.OddRequests.BACKFILL;
import static dev.headwater.gateway.http.OddRequests.GOOD;
import static dev.headwater.gateway.http.OddRequests.get;
import static dev.headwater.gateway.http.OddRequests.kept;
import static dev.headwater.gateway.http.OddRequests.lost;
import static dev.headwater.gateway.http.OddRequests.plain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.OddRequests.Accepted;
import dev.headwater.gateway.http.OddRequests.Refused;
import java.io.IOException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows 1 to 30 of bad input: what breaks HTTP or means another server, one request a row. */
class BadHttpIT {
    private static final int PASSED_THE_LIMIT = 17 * 1024;

    private static OddRequests requests;

    @BeforeAll
    static void start() {
        requests = new OddRequests();
    }

    @AfterAll
    static void stop() {
        requests.close();
    }

    static Stream<Refused> refusesWithAMatrixErrorAndDisturbsNobody() {
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
                        requests.signedWith("Transfer-Encoding: chunked")
                                + ("4000\r\n" + "x".repeat(0x4000) + "\r\n").repeat(5),
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
                        "90 to 95, which are a homeserver's to take",
                        plain("PUT /_matrix/federation/v1/send/1 HTTP/1.1", "Host: hs.example", "Content-Length: 2")
                                + "{}",
                        404,
                        "M_UNRECOGNIZED"),
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
                                + requests.gateway.remote.authorization(GOOD, TestGateway.NAME) + "\r\n\r\n",
                        401,
                        "M_UNAUTHORIZED"),
                kept("29 body", requests.signedWith("Content-Length: 2") + "{}", 400, "M_UNKNOWN"),
                kept(
                        "30 unread body after 401",
                        get(GOOD, "Content-Length: 9000") + "x".repeat(9000),
                        401,
                        "M_UNAUTHORIZED"),
                kept(
                        "30 unread body after 403",
                        get(
                                        GOOD,
                                        "Content-Length: 9000",
                                        "Authorization: " + requests.unwanted.authorization(GOOD, TestGateway.NAME))
                                + "x".repeat(9000),
                        403,
                        "M_FORBIDDEN"),
                lost("30 endless body after 401", get(GOOD, "Content-Length: 900000"), 401, "M_UNAUTHORIZED"));
    }

    private static String[] manyHeaders() {
        return IntStream.range(0, 50)
                .mapToObj(i -> "X-" + i + ": " + "x".repeat(400))
                .toArray(String[]::new);
    }

    private static Accepted signed(String name, String... headers) {
        return new Accepted(name, requests.signedWith(headers));
    }

    static Stream<Accepted> acceptsWhatOnlyLooksOdd() {
        return Stream.of(
                new Accepted(
                        "11 own host's absolute form",
                        "GET http://hs.example" + requests.signedWith().substring(4)),
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
                        "Sec-WebSocket-Version: 13"));
    }

    @ParameterizedTest
    @MethodSource
    void refusesWithAMatrixErrorAndDisturbsNobody(Refused bad) throws IOException {
        requests.refuses(bad);
    }

    @ParameterizedTest
    @MethodSource
    void acceptsWhatOnlyLooksOdd(Accepted odd) throws IOException {
        requests.accepts(odd);
    }

    @Test
    void answersHeadWithoutABody() throws IOException {
        try (RawConnection connection = requests.gateway.connect()) {
            String head = "HEAD " + GOOD + " HTTP/1.1\r\nHost: hs.example\r\n\r\n";
            assertThat(connection.send(head).readHead().status()).isEqualTo(405);
            requests.isGood(connection);
        }
    }
}
