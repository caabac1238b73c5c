package dev.headwater.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.headwater.json.BadJsonException.Kind;
import dev.headwater.json.StrictJson.Numbers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class StrictJsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "[1,",
                "\"abc",
                "\"\\u12",
                "tru",
                "{} {}",
                "{}x",
                "1 2",
                "{}\u0000",
                "\uFEFF{}",
                "{'a':1}",
                "{a:1}",
                "[1,]",
                "{\"a\":1,}",
                "[,1]",
                "01",
                "+1",
                ".5",
                "1.",
                "1e",
                "NaN",
                "Infinity",
                "-Infinity",
                "// c\n1",
                "\"a\nb\"",
                "\"\\x41\"",
                "\"\\u00g0\""
            })
    void refusesWhatIsNotOneJsonDocument(String text) {
        assertThat(fault(text.getBytes(StandardCharsets.UTF_8), Numbers.CANONICAL))
                .isEqualTo(Kind.NOT_JSON);
        assertThat(fault(text.getBytes(StandardCharsets.UTF_8), Numbers.LENIENT))
                .isEqualTo(Kind.NOT_JSON);
    }

    @ParameterizedTest
    @CsvSource({
        "overlong NUL, 22C08022",
        "overlong slash, 22E080AF22",
        "overlong in four bytes, 22F080808022",
        "surrogate, 22EDA08022",
        "beyond Unicode, 22F490808022",
        "never a lead, 22FF22",
        "stray continuation, 228022",
        "cut off in the text, 22E28222",
        "cut off at the end, 22E282",
        "byte order mark, EFBBBF7B7D",
        "UTF-16 big endian, FEFF007B007D",
        "UTF-16 little endian, FFFE7B007D00",
        "UTF-16 without a mark, 007B007D",
        "UTF-32, 0000007B0000007D"
    })
    void refusesWhatIsNotUtf8(String what, String hex) {
        assertThat(fault(HexFormat.of().parseHex(hex), Numbers.LENIENT))
                .as(what)
                .isEqualTo(Kind.NOT_JSON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"\":1,\"\":2}",
                "[{\"x\":{\"b\":null,\"b\":null}}]",
                "\"\\ud800\"",
                "\"\\udc00\"",
                "\"\\udc00\\ud800\"",
                "\"\\ud800x\"",
                "\"\\ud800\\ud800\"",
                "1e400",
                "-1e1000000000",
                "0e10000000000",
                "1e-99999999999"
            })
    void refusesJsonThatCannotBeMeant(String text) {
        assertThat(fault(text.getBytes(StandardCharsets.UTF_8), Numbers.LENIENT))
                .as(text)
                .isEqualTo(Kind.BAD_JSON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-0", "1.0", "1e2", "1E2", "0.0", "9007199254740992", "-9007199254740992", "18446744073709551616"
            })
    void takesOddNumbersOnlyWhenLenient(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(fault(bytes, Numbers.CANONICAL)).isEqualTo(Kind.BAD_JSON);
        assertThat(CanonicalJson.encode(StrictJson.parse(bytes, Numbers.LENIENT)))
                .isEqualTo(bytes);
    }

    @Test
    void tellsOddNumbersApartByTheirText() {
        JsonNode one = StrictJson.parse("1.0".getBytes(StandardCharsets.UTF_8), Numbers.LENIENT);
        JsonNode same = StrictJson.parse(" 1.0".getBytes(StandardCharsets.UTF_8), Numbers.LENIENT);
        JsonNode other = StrictJson.parse("1.00".getBytes(StandardCharsets.UTF_8), Numbers.LENIENT);
        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).hasToString("1.0");
        assertThat(one).isNotEqualTo(other).doesNotHaveSameHashCodeAs(other);
        assertThat(one).isNotEqualTo(StrictJson.parse("1".getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "9007199254740991", "-9007199254740991"})
    void takesEveryCanonicalInteger(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(StrictJson.parse(bytes).longValue()).isEqualTo(Long.parseLong(text));
        assertThat(CanonicalJson.encode(StrictJson.parse(bytes))).isEqualTo(bytes);
    }

    @Test
    void refusesNumbersOverAThousandCharacters() {
        assertThat(fault("9".repeat(1001).getBytes(StandardCharsets.UTF_8), Numbers.LENIENT))
                .isEqualTo(Kind.BAD_JSON);
        assertThat(fault(("0." + "9".repeat(1001)).getBytes(StandardCharsets.UTF_8), Numbers.LENIENT))
                .isEqualTo(Kind.BAD_JSON);
    }

    @Test
    void takesAHundredLevelsAndNoMore() {
        assertThat(StrictJson.parse(nested(100))).isNotNull();
        assertThat(fault(nested(101), Numbers.CANONICAL)).isEqualTo(Kind.BAD_JSON);
        assertThat(fault(nested(100_000), Numbers.CANONICAL)).isEqualTo(Kind.BAD_JSON);
        assertThat(fault("{\"a\":".repeat(101).getBytes(StandardCharsets.UTF_8), Numbers.CANONICAL))
                .isEqualTo(Kind.BAD_JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"x\"", "null", "1", "true"})
    void asksForAnObjectWhereOneIsWanted(String text) {
        assertThatExceptionOfType(BadJsonException.class)
                .isThrownBy(() -> StrictJson.object(text.getBytes(StandardCharsets.UTF_8)))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.BAD_JSON));
    }

    @ParameterizedTest
    @CsvSource({"C280", "DFBF", "E0A080", "ED9FBF", "EE8080", "EFBFBF", "F0908080", "F3BFBFBF", "F48FBFBF", "7F"})
    void takesTheFirstAndTheLastCharacterOfEveryLength(String hex) {
        byte[] bytes = HexFormat.of().parseHex("22" + hex + "22");
        assertThat(StrictJson.parse(bytes).stringValue())
                .isEqualTo(new String(bytes, 1, bytes.length - 2, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "22C18022|expected UTF-8, found the byte 0xC1 (at byte 1)",
                "22F5808022|expected UTF-8, found the byte 0xF5 (at byte 1)",
                "22C27F22|found a broken, overlong or surrogate sequence after 0xC2 (at byte 1)",
                "22C2C022|found a broken, overlong or surrogate sequence after 0xC2 (at byte 1)",
                "22E08022|found a broken, overlong or surrogate sequence after 0xE0 (at byte 1)",
                "22F08FBFBF22|found a broken, overlong or surrogate sequence after 0xF0 (at byte 1)",
                "22F490808022|found a broken, overlong or surrogate sequence after 0xF4 (at byte 1)",
                "EFBBBF|expected JSON without a byte order mark (at byte 0)",
                "EFBBBF31|expected JSON without a byte order mark (at byte 0)",
                "2200|expected UTF-8, found a NUL byte (at byte 1)"
            },
            delimiter = '|')
    void saysWhichByteIsNotUtf8(String hex, String message) {
        assertThat(thrown(HexFormat.of().parseHex(hex), Numbers.CANONICAL)).hasMessageEndingWith(message);
    }

    @Test
    void saysWhereAndWhat() {
        BadJsonException e = thrown("{\"a\":1,\"bc\":2,\"a\":3}".getBytes(StandardCharsets.UTF_8), Numbers.CANONICAL);
        assertThat(e).hasMessageContaining("every key once").hasMessageContaining("byte");
        assertThat(e.offset()).isBetween(14L, 19L);
        assertThat(thrown("{\"a\":\"\u00e9".getBytes(StandardCharsets.ISO_8859_1), Numbers.CANONICAL)
                        .offset())
                .isEqualTo(6);
    }

    @Test
    void readsAMillionKeysInLinearTime() {
        StringBuilder distinct = new StringBuilder("{\"x\":0");
        StringBuilder colliding = new StringBuilder("{\"x\":0");
        for (int i = 0; i < 1_000_000; i++) {
            distinct.append(",\"").append(i).append("\":1");
        }
        // "Aa" and "BB" have one hash code, and so has every word that is made of them.
        for (int i = 0; i < 1 << 17; i++) {
            colliding.append(",\"");
            for (int bit = 0; bit < 17; bit++) {
                colliding.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            colliding.append("\":1");
        }
        // The bound is no measure of speed: a quadratic reader needs hours.
        Assertions.assertTimeoutPreemptively(Duration.ofMinutes(1), () -> {
            assertThat(StrictJson.object(bytes(distinct)).size()).isEqualTo(1_000_001);
            assertThat(StrictJson.object(bytes(colliding)).size()).isEqualTo((1 << 17) + 1);
            assertThat(fault(
                            ("{" + "\"\":1,".repeat(1_000_000) + "\"\":1}").getBytes(StandardCharsets.UTF_8),
                            Numbers.LENIENT))
                    .isEqualTo(Kind.BAD_JSON);
        });
    }

    @Test
    void refusesLoneSurrogatesInKeysToo() {
        assertThatExceptionOfType(BadJsonException.class)
                .isThrownBy(() -> StrictJson.parse("{\"\\ud83d\":1}".getBytes(StandardCharsets.UTF_8)));
        assertThatExceptionOfType(BadJsonException.class)
                .isThrownBy(() -> StrictJson.parse("{\"\\ude00\\ud83d\":1}".getBytes(StandardCharsets.UTF_8)));
        assertThat(StrictJson.object("{\"\\ud83d\\ude00\":1}".getBytes(StandardCharsets.UTF_8))
                        .has("\uD83D\uDE00"))
                .isTrue();
    }

    @Test
    void keepsEveryKindOfText() {
        String text = "{\"\\u0000\\u001f\\b\\\"\\\\\\/é日\uD83D\uDE00\":[\"\\ud83d\\ude00\",true,false,null,{}]}";
        assertThat(new String(
                        CanonicalJson.encode(StrictJson.parse(text.getBytes(StandardCharsets.UTF_8))),
                        StandardCharsets.UTF_8))
                .isEqualTo("{\"\\u0000\\u001f\\b\\\"\\\\/é日\uD83D\uDE00\":[\"\uD83D\uDE00\",true,false,null,{}]}");
    }

    private static byte[] bytes(StringBuilder open) {
        return open.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] nested(int levels) {
        return ("[".repeat(levels) + "]".repeat(levels)).getBytes(StandardCharsets.UTF_8);
    }

    private static Kind fault(byte[] bytes, Numbers numbers) {
        return thrown(bytes, numbers).kind();
    }

    private static BadJsonException thrown(byte[] bytes, Numbers numbers) {
        BadJsonException e = catchThrowableOfType(BadJsonException.class, () -> StrictJson.parse(bytes, numbers));
        assertThat(e).isNotNull();
        return e;
    }
}
