package dev.headwater.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopLevelTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|{}",
                "{\"cut\":1}|{}",
                "{\"cut\":1,\"a\":2}|{\"a\":2}",
                "{\"a\":2,\"cut\":1}|{\"a\":2}",
                "{\"a\":1,\"cut\":2,\"b\":3}|{\"a\":1,\"b\":3}",
                "{\"cut\":1,\"also\":2}|{}",
                "{\"a\":{\"cut\":[1,{\"cut\":2}]},\"cut\":{\"x\":[\"}\",\"]\"]}}|{\"a\":{\"cut\":[1,{\"cut\":2}]}}",
                "{\"c\\u0075t\":1,\"\\u0061\":\"\\u0062\"}|{\"\\u0061\":\"\\u0062\"}",
                "{\"cut\":\"\\\\\",\"a\":\"\\\"cut\\\",\"}|{\"a\":\"\\\"cut\\\",\"}",
                " { \"b\" : [ 1 , 2.50 ] , \"a\" : \" x y \" , \"cut\" : null } |{\"b\":[1,2.50],\"a\":\" x y \"}",
                "{\"z\":1e+20,\"é\":\"日\"}|{\"z\":1e+20,\"é\":\"日\"}"
            })
    void cutsMembersAndBlanksAndLeavesEveryOtherByte(String given, String expected) {
        byte[] cut = TopLevel.without(given.getBytes(StandardCharsets.UTF_8), Set.of("cut", "also"));
        assertThat(new String(cut, StandardCharsets.UTF_8)).isEqualTo(expected);
    }

    @Test
    void leavesOutEveryKindOfBlank() {
        byte[] given =
                "\r\n\t {\r\n\t \"a\"\r\n\t :\r\n\t [\r\n\t true\r\n\t ]\r\n\t }\r\n".getBytes(StandardCharsets.UTF_8);
        assertThat(TopLevel.without(given, Set.of()))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"a\":[true]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":\"\\", "{a:1}", "{\"a\" 1}"})
    void saysSoWhenThereIsNoObject(String given) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TopLevel.without(given.getBytes(StandardCharsets.UTF_8), Set.of("cut")));
    }
}
