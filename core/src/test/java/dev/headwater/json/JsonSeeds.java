package dev.headwater.json;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Documents to begin fuzzing with: plain ones, and every kind of bad input that is known by a name. */
public final class JsonSeeds {
    private JsonSeeds() {}

    public static Stream<byte[]> all() {
        return Stream.concat(texts(), brokenBytes());
    }

    private static Stream<byte[]> texts() {
        return Stream.of(
                        "{}",
                        "[]",
                        "null",
                        " {\"a\" : [1, -2 ,{\"b\":true}], \"\\u0062\":\"\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\"}\n",
                        "{\"b\":1,\"a\":2,\"\uD83D\uDE00\":3,\"\uFFFD\":4}",
                        "{\"a\":1.5,\"b\":1e+20,\"c\":1180591620717411303424,\"d\":-0}",
                        "",
                        "{\"a\":",
                        "{}{}",
                        "{} x",
                        "\"x\"",
                        "{\"a\":1,\"a\":2}",
                        "{\"a\":1,\"\\u0061\":2}",
                        "NaN",
                        "Infinity",
                        "1e400",
                        "1e1000000000",
                        "9".repeat(1001),
                        "-0",
                        "1.0",
                        "1e2",
                        "9007199254740991",
                        "9007199254740992",
                        "18446744073709551616",
                        "\"\\ud800\"",
                        "\"\\udc00\\ud800\"",
                        "[".repeat(100) + "]".repeat(100),
                        "[".repeat(101) + "]".repeat(101),
                        "{\"\":0}",
                        "nul\u0007",
                        "{\"unsigned\":{\"a\":[\"}\",\"\\\"\"]},\"\\u0075nsigned\" :0}")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static Stream<byte[]> brokenBytes() {
        return Stream.of(
                new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'},
                new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'},
                new byte[] {'"', (byte) 0xFF, '"'},
                new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, '{', '}'},
                "{}".getBytes(StandardCharsets.UTF_16),
                "{}".getBytes(StandardCharsets.UTF_16LE),
                new byte[] {'{', '}', 0});
    }
}
