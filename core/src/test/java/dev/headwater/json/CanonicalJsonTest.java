package dev.headwater.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.headwater.json.StrictJson.Numbers;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** The examples are those of the specification's appendix "Canonical JSON". */
class CanonicalJsonTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|{}",
                "{\"one\": 1, \"two\": \"Two\"}|{\"one\":1,\"two\":\"Two\"}",
                "{\"b\": \"2\", \"a\": \"1\"}|{\"a\":\"1\",\"b\":\"2\"}",
                "{\"b\":\"2\",\"a\":\"1\"}|{\"a\":\"1\",\"b\":\"2\"}",
                "{\"auth\": {\"success\": true, \"mxid\": \"@john.doe:example.com\", \"profile\": {\"display_name\": \"John Doe\","
                        + " \"three_pids\": [{\"medium\": \"email\", \"address\": \"john.doe@example.org\"},"
                        + " {\"medium\": \"msisdn\", \"address\": \"123456789\"}]}}}"
                        + "|{\"auth\":{\"mxid\":\"@john.doe:example.com\",\"profile\":{\"display_name\":\"John Doe\","
                        + "\"three_pids\":[{\"address\":\"john.doe@example.org\",\"medium\":\"email\"},"
                        + "{\"address\":\"123456789\",\"medium\":\"msisdn\"}]},\"success\":true}}",
                "{\"a\": \"日本語\"}|{\"a\":\"日本語\"}",
                "{\"本\": 2, \"日\": 1}|{\"日\":1,\"本\":2}",
                "{\"a\": \"\\u65E5\"}|{\"a\":\"日\"}",
                "{\"a\": null}|{\"a\":null}"
            })
    void writesTheExamplesOfTheSpecification(String given, String expected) {
        assertThat(canonical(given)).isEqualTo(expected);
    }

    @Test
    void sortsAstralCharactersBehindTheBasicPlane() {
        assertThat(canonical("{\"\uD83D\uDE00\":1,\"\uFF21\":2,\"\uE000\":3,\"a\":4,\"\":5,\"\\u0000\":6}"))
                .isEqualTo("{\"\":5,\"\\u0000\":6,\"a\":4,\"\uE000\":3,\"\uFF21\":2,\"\uD83D\uDE00\":1}");
    }

    @Test
    void escapesWhatMustBeEscapedAndNothingElse() {
        StringBuilder given = new StringBuilder("\"");
        for (int c = 0; c < 0x20; c++) {
            given.append(String.format("\\u%04X", c));
        }
        given.append("\\u0022\\u005c\\u002f\\u007f\\u0080\\u2028\"");
        assertThat(canonical(given.toString()))
                .isEqualTo(
                        "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f"
                                + "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c"
                                + "\\u001d\\u001e\\u001f\\\"\\\\/\u007f\u0080\u2028\"");
    }

    @Test
    void writesTheFirstAndTheLastCharacterOfEveryLengthAsUtf8() {
        String text = "\"\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff"
                + new StringBuilder()
                        .appendCodePoint(0x10000)
                        .appendCodePoint(0x4FFFF)
                        .appendCodePoint(0xB0ABC)
                        .appendCodePoint(0x10FFFF)
                        .append('"');
        assertThat(canonical(text)).isEqualTo(text);
    }

    @Test
    void growsForWhateverComesNext() {
        StringBuilder numbers = new StringBuilder("[1.0");
        while (numbers.length() < 5_000) {
            numbers.append(",true,1.").append("0".repeat(numbers.length() % 900));
            numbers.append(",\"").append("é".repeat(numbers.length() % 700)).append('"');
        }
        String given = numbers.append(']').toString().replace("1.,", "1.5,");
        assertThat(CanonicalJson.encode(StrictJson.parse(given.getBytes(StandardCharsets.UTF_8), Numbers.LENIENT)))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(given);
    }

    @Test
    void copiesTheTextOfNumbersThatItWouldNotWriteItself() {
        String given = "{\"a\":1e+20,\"b\":1.1,\"c\":1.0,\"d\":1180591620717411303424,\"e\":-0,\"f\":1E2,\"g\":0.1e-7}";
        byte[] bytes = given.getBytes(StandardCharsets.UTF_8);
        assertThat(CanonicalJson.encode(StrictJson.parse(bytes, Numbers.LENIENT)))
                .isEqualTo(bytes);
    }

    @Test
    void leavesOutMembersOfTheObjectItselfOnly() {
        var object = StrictJson.object("{\"a\":{\"b\":1},\"b\":2,\"c\":3}".getBytes(StandardCharsets.UTF_8));
        assertThat(new String(CanonicalJson.encodeWithout(object, Set.of("b", "x")), StandardCharsets.UTF_8))
                .isEqualTo("{\"a\":{\"b\":1},\"c\":3}");
    }

    @Test
    void refusesValuesThatCouldNotHaveBeenRead() {
        JsonNodeFactory make = JsonNodeFactory.instance;
        assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.encode(make.numberNode(1.5)));
        assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.encode(make.numberNode(1L << 53)));
        assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.encode(make.stringNode("\uD800")));
        assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.encode(make.stringNode("\uDC00\uD800")));
        assertThatIllegalArgumentException().isThrownBy(() -> CanonicalJson.encode(make.missingNode()));
        assertThat(new String(CanonicalJson.encode(make.numberNode(-7)), StandardCharsets.UTF_8))
                .isEqualTo("-7");
    }

    private static String canonical(String given) {
        return new String(
                CanonicalJson.encode(StrictJson.parse(given.getBytes(StandardCharsets.UTF_8))), StandardCharsets.UTF_8);
    }
}
