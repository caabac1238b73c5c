package dev.headwater.id;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/** Any text, lone surrogates too: what is taken as an identifier has its shape, stays as it is and fits where it goes. */
class IdentifiersFuzzTest {
    static Stream<byte[]> texts() {
        return Stream.of(
                        "a.example",
                        "a.example:8448",
                        "1.2.3.4:1",
                        "[2001:db8::1]:65535",
                        "[::1",
                        "a b",
                        "x:99999",
                        "x:-1",
                        "@u:x",
                        "@é 日:[::1]:80",
                        "@:a",
                        "!r:a.example",
                        "!a}{b:x",
                        "!r\r\n\u001b[2J",
                        "$e:a.example:80",
                        "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                        "$\uD83D\uDE00",
                        "$" + "é".repeat(128),
                        "ed25519:a_1",
                        "rsa:1",
                        "ed25519:",
                        "x".repeat(256))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("texts")
    @FuzzTest
    void takesIdentifiersAsTheyAreOrRefuses(byte[] bytes) {
        text(new String(bytes, StandardCharsets.UTF_8));
        text(units(bytes));
        sortsAsBytes(units(bytes));
    }

    private static void text(String text) {
        ServerName server = tryParse(ServerName::parse, text);
        if (server != null) {
            serverName(server, text);
        }
        UserId user = tryParse(UserId::parse, text);
        if (user != null) {
            assertThat(user.value()).isEqualTo(text).matches("(?s)@[^:]*:.*");
            assertThat(text).endsWith(":" + user.server());
            serverName(ServerName.parse(user.server().value()), user.server().value());
            isClean(text);
        }
        RoomId room = tryParse(RoomId::parse, text);
        if (room != null) {
            assertThat(room.value()).isEqualTo(text).startsWith("!").isNotEqualTo("!");
            isShort(text);
            isClean(text);
        }
        EventId event = tryParse(EventId::parse, text);
        assertThat(EventId.tryParse(text).orElse(null)).isEqualTo(event);
        if (event != null) {
            assertThat(event.value()).isEqualTo(text).startsWith("$").isNotEqualTo("$");
            isShort(text);
            isClean(text);
        }
        KeyId key = tryParse(KeyId::parse, text);
        if (key != null) {
            assertThat(key.value()).isEqualTo(text).startsWith(key.algorithm() + ":");
            isShort(text);
            assertThat(text.chars()).allMatch(c -> c > ' ' && c < 0x7F);
        }
    }

    private static void serverName(ServerName server, String text) {
        assertThat(server.value()).isEqualTo(text);
        assertThat(text).startsWith(server.host()).hasSizeLessThanOrEqualTo(255);
        assertThat(server.host()).isNotEmpty();
        assertThat(text.chars()).allMatch(c -> c > ' ' && c < 0x7F && "\"\\,/@?#%".indexOf(c) < 0);
        String rest = text.substring(server.host().length());
        if (!rest.isEmpty()) {
            assertThat(Integer.parseInt(rest.substring(1))).isBetween(0, 65535);
            assertThat(rest).startsWith(":");
        }
        assertThat(ServerName.parse(server.host()).host()).isEqualTo(server.host());
    }

    private static <T> @Nullable T tryParse(Function<String, T> parse, String text) {
        try {
            return parse.apply(text);
        } catch (InvalidIdException e) {
            assertThat(e.getMessage()).hasSizeLessThan(600);
            assertThat(e.getMessage()).doesNotContainPattern("\\p{Cc}");
            return null;
        }
    }

    private static void isShort(String text) {
        assertThat(text.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(255);
    }

    private static void isClean(String text) {
        assertThat(text.chars()).noneMatch(Character::isISOControl);
        assertThat(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .isEqualTo(text);
    }

    private static void sortsAsBytes(String text) {
        if (IdText.isClean(text)) {
            int half = text.offsetByCodePoints(0, text.codePointCount(0, text.length()) / 2);
            String a = text.substring(0, half);
            String b = text.substring(half);
            int byBytes =
                    Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
            assertThat(Integer.signum(Utf8Order.INSTANCE.compare(a, b))).isEqualTo(Integer.signum(byBytes));
        }
    }

    /** The bytes two by two as UTF-16, whether that is well formed or not. */
    private static String units(byte[] bytes) {
        char[] units = new char[bytes.length / 2];
        for (int i = 0; i < units.length; i++) {
            units[i] = (char) ((bytes[2 * i] & 0xFF) << 8 | bytes[2 * i + 1] & 0xFF);
        }
        return new String(units);
    }
}
