package dev.headwater.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a.example",
                "a.example:1",
                "A-b.C:65535",
                "1.2.3.4",
                "1.2.3.4:8448",
                "[::1]",
                "[2001:db8::1]:8448"
            })
    void takesServerNames(String text) {
        assertThat(ServerName.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "a b",
                "[::1",
                "::1",
                "x:99999",
                "x:65536",
                "x:-1",
                "x:",
                "x:123456",
                "@u:x",
                "a/b",
                "a_b",
                "é",
                "a\u0000",
                "a\n",
                "[]",
                "[g::]",
                "a:٣"
            })
    void refusesOtherServerNames(String text) {
        refuses(ServerName::parse, text);
    }

    @Test
    void boundsServerNames() {
        assertThat(ServerName.parse("a".repeat(255))).isNotNull();
        refuses(ServerName::parse, "a".repeat(256));
        refuses(ServerName::parse, "a".repeat(1_000_000));
    }

    @ParameterizedTest
    @CsvSource({
        "a.example, a.example",
        "a.example:8448, a.example",
        "[::1], [::1]",
        "[::1]:80, [::1]",
        "1.2.3.4:1, 1.2.3.4"
    })
    void tellsTheHostWithoutThePort(String name, String host) {
        assertThat(ServerName.parse(name).host()).isEqualTo(host);
    }

    @Test
    void tellsThePort() {
        assertThat(ServerName.parse("a.example:8448").port()).hasValue(8448);
        assertThat(ServerName.parse("[::1]:00080").port()).hasValue(80);
        assertThat(ServerName.parse("[::1]").port()).isEmpty();
        assertThat(ServerName.parse("1.2.3.4").port()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"@u:a.example", "@U/_=-.+:a:1", "@:a", "@é 日:a", "@u:[::1]:80"})
    void takesUserIdsOldOnesToo(String text) {
        assertThat(UserId.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@", "@u", "u:a", "@u:", "@u:a b", "@u\u0000:a", "@u:a:b", "@\uD800:a", "!u:a"})
    void refusesOtherUserIds(String text) {
        refuses(UserId::parse, text);
    }

    @Test
    void tellsTheServerOfAUser() {
        assertThat(UserId.parse("@u:a.example:80").server()).isEqualTo(ServerName.parse("a.example:80"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"$a", "$a:b", "$/+x", "$日", "$ x}{"})
    void takesEventIds(String text) {
        assertThat(EventId.parse(text)).hasToString(text);
        assertThat(EventId.tryParse(text)).contains(EventId.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "$", "a", "!a", " $a", "$a\n", "$\u0000", "$\u0085", "$\uDC00"})
    void refusesOtherEventIds(String text) {
        refuses(EventId::parse, text);
        assertThat(EventId.tryParse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "a", "$a", "!a\r", "!\uD83D"})
    void refusesOtherRoomIds(String text) {
        refuses(RoomId::parse, text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"!a", "!r:a.example", "!日", "!a}{b:x"})
    void takesRoomIds(String text) {
        assertThat(RoomId.parse(text)).hasToString(text);
    }

    @Test
    void sortsRoomsAndServersByTheirBytes() {
        assertThat(RoomId.parse("!a")).isLessThan(RoomId.parse("!b"));
        assertThat(RoomId.parse("!\uFFFD")).isLessThan(RoomId.parse("!\uD83D\uDE00"));
        assertThat(ServerName.parse("a.example")).isLessThan(ServerName.parse("b.example"));
        assertThat(ServerName.parse("a.example")).isEqualByComparingTo(ServerName.parse("a.example"));
    }

    @Test
    void boundsIdsInBytes() {
        assertThat(EventId.parse("$" + "x".repeat(254))).isNotNull();
        assertThat(RoomId.parse("!" + "é".repeat(127))).isNotNull();
        refuses(EventId::parse, "$" + "x".repeat(255));
        refuses(EventId::parse, "$" + "é".repeat(128));
        refuses(RoomId::parse, "!" + "é".repeat(128));
    }

    @Test
    void tellsTheServerOfAnOldEventId() {
        assertThat(EventId.parse("$x:a.example:80").server()).isEqualTo(ServerName.parse("a.example:80"));
        assertThatExceptionOfType(InvalidIdException.class)
                .isThrownBy(() -> EventId.parse("$x").server());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519:1", "ed25519:a_xxeS", "rsa:1", "ed25519:auto"})
    void takesKeyIds(String text) {
        assertThat(KeyId.parse(text)).hasToString(text);
        assertThat(KeyId.parse(text).algorithm()).isEqualTo(text.substring(0, text.indexOf(':')));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ed25519", "ed25519:", ":1", "ed25519:a b", "ed25519:é", "ed25519:a:b", "ED25519:1"})
    void refusesOtherKeyIds(String text) {
        refuses(KeyId::parse, text);
    }

    @Test
    void showsNoControlCharactersAndNoLongTextInMessages() {
        assertThatExceptionOfType(InvalidIdException.class)
                .isThrownBy(() -> EventId.parse("\u001b[2J\r\n" + "x".repeat(10_000)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250).matches("\\P{Cntrl}*"));
    }

    @Test
    void showsEightyCharactersAndSaysWhereItCuts() {
        assertThatExceptionOfType(InvalidIdException.class)
                .isThrownBy(() -> EventId.parse("x".repeat(80)))
                .withMessageStartingWith("'" + "x".repeat(80) + "' is not");
        assertThatExceptionOfType(InvalidIdException.class)
                .isThrownBy(() -> EventId.parse("x".repeat(81)))
                .withMessageStartingWith("'" + "x".repeat(80) + "…' is not");
    }

    @Test
    void sortsByTheBytesOfUtf8() {
        List<EventId> ids = new ArrayList<>();
        for (String text : new String[] {
            "", "a", "ab", "b", "\u00A0", "é", "\uD7FF", "\uE000", "\uFFFD", "\uD83D\uDE00", "\uD800\uDC00"
        }) {
            ids.add(EventId.parse("$x" + text));
        }
        List<EventId> byBytes = new ArrayList<>(ids);
        byBytes.sort((a, b) -> Arrays.compareUnsigned(
                a.value().getBytes(StandardCharsets.UTF_8), b.value().getBytes(StandardCharsets.UTF_8)));
        ids.sort(null);
        assertThat(ids).isEqualTo(byBytes);
    }

    private static void refuses(Function<String, ?> parse, String text) {
        assertThatExceptionOfType(InvalidIdException.class).isThrownBy(() -> parse.apply(text));
    }
}
