package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.OddRequests.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.http.RawConnection.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests in which two servers may see different ends. Behind each stands a good request: it must not be answered unless
 * all agree where it begins.
 */
class SmugglingIT {
    private static OddRequests requests;

    @BeforeAll
    static void start() {
        requests = new OddRequests();
    }

    @AfterAll
    static void stop() {
        requests.close();
    }

    record Ambiguous(String name, String request) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Ambiguous row(String name, String body, String... headers) {
        return new Ambiguous(name, get("/", headers) + body);
    }

    private static Ambiguous chunked(String name, String body) {
        return row(name, body, "Transfer-Encoding: chunked");
    }

    private record Ended(Response first, String rest) {}

    /** What comes before the connection is closed; others are served before and after. */
    private static Ended ended(Ambiguous odd) throws IOException {
        try (RawConnection bystander = requests.gateway.connect();
                RawConnection connection = requests.gateway.connect()) {
            requests.isGood(bystander);
            Response first = connection
                    .send(odd.request + requests.gateway.signed(OddRequests.GOOD))
                    .read();
            String rest = new String(connection.readToEnd(), StandardCharsets.ISO_8859_1);
            requests.isGood(bystander);
            return new Ended(first, rest);
        }
    }

    static Stream<Ambiguous> refusesAndClosesWithoutLookingFurther() {
        String none = "0\r\n\r\n";
        return Stream.of(
                row("CL.TE", none, "Content-Length: 5", "Transfer-Encoding: chunked"),
                row("TE.CL", none, "Transfer-Encoding: chunked", "Content-Length: 3"),
                row("CL.TE with blanks", none, "Content-Length: 5", "Transfer-Encoding:\tchunked"),
                row("TE.TE", none, "Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
                row("TE.TE, other order", none, "Transfer-Encoding: identity", "Transfer-Encoding: chunked"),
                row("TE of an unknown coding", none, "Transfer-Encoding: xchunked"),
                row("TE with chunked twice", none, "Transfer-Encoding: chunked, chunked"),
                row("TE with chunked not last", none, "Transfer-Encoding: chunked, gzip"),
                row("TE with a vertical tab", none, "Transfer-Encoding: \u000bchunked"),
                row("blank before the colon of TE", none, "Transfer-Encoding : chunked"),
                row("TE folded", none, "Transfer-Encoding:\r\n chunked"),
                row("CL twice", "xyz", "Content-Length: 3", "Content-Length: 3"),
                row("CL and another CL", "xyz", "Content-Length: 3", "Content-Length: 4"),
                row("CL as a list", "xyz", "Content-Length: 3, 4"),
                row("CL in hexadecimal", "xyz", "Content-Length: 0x3"),
                row("CL with a blank inside", "xyz", "Content-Length: 3 3"),
                row("CL empty", "", "Content-Length:"),
                row("bare CR in a header", "", "X-A: b\rContent-Length: 3"),
                row("bare LF after a header", "", "X-A: b\nContent-Length: 3"),
                row("NUL in a header", "", "X-A: b\u0000c"),
                row("NUL in a header's name", "", "X-\u0000A: b"),
                row("a header without a colon", "", "XA"),
                row("a header without a name", "", ": b"),
                row("TE with a CL of 0", none, "Transfer-Encoding: chunked", "Content-Length: 0"),
                new Ambiguous("blank before the first header", "GET / HTTP/1.1\r\n Host: hs.example\r\n\r\n"),
                new Ambiguous("a line without version", "GET /\r\nHost: hs.example\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource
    void refusesAndClosesWithoutLookingFurther(Ambiguous odd) throws IOException {
        Ended ended = ended(odd);
        assertThat(ended.first.status()).isEqualTo(400);
        assertThat(ended.first.text()).contains("\"errcode\":\"M_UNKNOWN\"");
        assertThat(ended.rest).isEmpty();
    }

    /** Bodies of a request that is answered without its body: 404, and whatever follows must not be taken for a request. */
    static Stream<Ambiguous> answersOnceAndClosesAtABodyThatBreaksOff() {
        return Stream.of(
                chunked("chunk size too large for an int", "ffffffff0\r\n"),
                chunked("chunk size too large for a long", "fffffffffffffffff\r\n"),
                chunked("negative chunk size", "-1\r\n"),
                chunked("chunk size with a prefix", "0x0\r\n\r\n"),
                chunked("chunk longer than its size", "1\r\nxyz\r\n0\r\n\r\n"),
                chunked("LF alone after a chunk's size", "1\nx\r\n0\r\n\r\n"),
                chunked("LF alone after a chunk", "1\r\nx\n0\r\n\r\n"),
                chunked("endless chunk extension", "1;" + "x".repeat(20_000)),
                chunked("chunk extension with an LF", "1;a\nb\r\nx\r\n0\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource
    void answersOnceAndClosesAtABodyThatBreaksOff(Ambiguous odd) throws IOException {
        Ended ended = ended(odd);
        assertThat(ended.first.status()).isIn(400, 404, 414);
        assertThat(ended.first.text()).contains("\"errcode\":\"M_");
        assertThat(ended.rest).doesNotContain("pdus");
    }

    static Stream<Ambiguous> readsOnBehindABodyWithAClearEnd() {
        return Stream.of(
                row("a folded header", "", "X-A: b\r\n c"),
                new Ambiguous("two blanks in the line", "GET  / HTTP/1.1\r\nHost: hs.example\r\n\r\n"),
                new Ambiguous("CR in the line", "GET /\r HTTP/1.1\r\nHost: hs.example\r\n\r\n"),
                chunked("chunk extension", "1;a=b\r\nx\r\n0\r\n\r\n"),
                chunked("leading zeros", "0001\r\nx\r\n000\r\n\r\n"),
                chunked("framing in trailers", "0\r\nContent-Length: 5\r\n\r\n"),
                new Ambiguous("empty lines before it", "\r\n\r\n" + get("/")));
    }

    @ParameterizedTest
    @MethodSource
    void readsOnBehindABodyWithAClearEnd(Ambiguous odd) throws IOException {
        try (RawConnection connection = requests.gateway.connect()) {
            connection.send(odd.request + requests.gateway.signed(OddRequests.GOOD));
            assertThat(connection.read().status()).isEqualTo(404);
            assertThat(OddRequests.events(connection.read())).isEqualTo(5);
        }
    }
}
