package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/** Any text as a request's target: it is split without loss, and decoded to what encoding gives back. */
class RequestTargetFuzzTest {
    static Stream<byte[]> targets() {
        String in = "/_matrix/federation/v1/backfill/!room:hs.example";
        return Stream.of(
                        in + "?v=%24c10&limit=5",
                        in + "/?v=$a+b/c&v=$a%2Bb%2Fc&v=&v&V=1&&v=abc&limit=1&limit=2",
                        "/_matrix/federation/v1/backfill/%21a%7D%7Bb%3Ax?v=$c&limit=1000000",
                        "/_matrix/federation/v1/backfill/!a%00b:x?v=%ff&v=%c0%af&v=%ed%a0%80&v=%f0%9f%98%80",
                        "/a/%2Fb;c=d/?e=/f?g",
                        "//",
                        "/a//b",
                        "/a/%2e%2E/b",
                        "/./a",
                        "/%zz?%",
                        "/a b",
                        "/a#b",
                        "/\u00e4",
                        "http://hs.example/a",
                        "*",
                        "",
                        in + "?limit=18446744073709551616&limit=%D9%A3&limit=1e3&limit=+5")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @MethodSource("targets")
    @FuzzTest
    void splitsAndDecodesWithoutLossOrRefuses(byte[] bytes) {
        String raw = new String(bytes, StandardCharsets.ISO_8859_1);
        RequestTarget target = target(raw);
        if (target != null) {
            assertThat(target.raw()).isEqualTo(raw);
            assertThat(raw.chars()).allMatch(c -> c > ' ' && c < 0x7F && c != '#');
            holdsAllOfThePath(target);
            hidesNothingFromOthers(target);
            decodes(target);
        }
        encodesAndDecodes(bytes);
    }

    private static @Nullable RequestTarget target(String raw) {
        try {
            return RequestTarget.parse(raw);
        } catch (RefusedException e) {
            assertThat(e.reason()).isEqualTo(Cause.BAD_HTTP);
            return null;
        }
    }

    private static void holdsAllOfThePath(RequestTarget target) {
        int question = target.raw().indexOf('?');
        String path = question < 0 ? target.raw() : target.raw().substring(0, question);
        String joined = "/" + String.join("/", target.segments());
        assertThat(path).isIn(joined, joined + "/");
        assertThat(target.raw()).isEqualTo(path + (question < 0 ? "" : "?" + target.query()));
        assertThat(target.segments()).noneMatch(segment -> segment.contains("/"));
    }

    /** A path that is taken as it stands means the same to whoever normalises it. */
    private static void hidesNothingFromOthers(RequestTarget target) {
        if (target.hasOddSegments()) {
            return;
        }
        String path = "/" + String.join("/", target.segments());
        try {
            URI uri = new URI(path.replaceAll("(?i)%2e", "."));
            assertThat(uri.normalize().getRawPath()).isEqualTo(uri.getRawPath());
        } catch (URISyntaxException e) {
            // Java's URI knows fewer characters than a request target may hold.
            assertThat(path).containsPattern("[\"<>\\\\^`{|}\\[\\]]|%(?![0-9A-Fa-f]{2})");
        }
    }

    private static void decodes(RequestTarget target) {
        for (String segment : target.segments()) {
            FederationRequest request = new FederationRequest(Map.of("id", segment), target.query());
            id(() -> request.pathId("id", RoomId::parse).value(), segment);
            id(() -> request.pathId("id", EventId::parse).value(), segment);
            id(() -> request.pathId("id", ServerName::parse).value(), segment);
        }
        for (String name : List.of("v", "limit", "")) {
            try {
                List<@Nullable String> values = new FederationRequest(Map.of(), target.query()).queryValues(name);
                assertThat(values).hasSizeLessThanOrEqualTo(target.query().length());
            } catch (RefusedException e) {
                assertThat(e.reason()).isEqualTo(Cause.BAD_PARAMETER);
                assertThat(target.query()).containsPattern("%(?![0-9A-Fa-f]{2})");
            }
        }
    }

    private interface Ask {
        String id();
    }

    private static void id(Ask ask, String segment) {
        try {
            byte[] decoded = ask.id().getBytes(StandardCharsets.UTF_8);
            assertThat(decoded).isEqualTo(Percent.bytes(segment));
        } catch (RefusedException e) {
            assertThat(e.reason()).isEqualTo(Cause.BAD_PARAMETER);
            assertThat(e.getMessage()).doesNotContainPattern("\\p{Cc}");
        }
    }

    private static void encodesAndDecodes(byte[] bytes) {
        HexFormat hex = HexFormat.of().withPrefix("%");
        String upper = hex.withUpperCase().formatHex(bytes);
        assertThat(Percent.bytes(upper)).isEqualTo(bytes);
        assertThat(Percent.bytes(hex.formatHex(bytes))).isEqualTo(bytes);
        String text = Percent.utf8(bytes);
        assertThat(text != null).isEqualTo(isUtf8(bytes));
        if (text != null) {
            assertThat(text.getBytes(StandardCharsets.UTF_8)).isEqualTo(bytes);
            List<@Nullable String> values = new FederationRequest(Map.of(), "a=1&k=" + upper + "&b").queryValues("k");
            assertThat(values).containsExactly(text);
        }
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
