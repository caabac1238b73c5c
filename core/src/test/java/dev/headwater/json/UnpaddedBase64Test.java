package dev.headwater.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples are those of the specification's appendix "Unpadded Base64". */
class UnpaddedBase64Test {
    @ParameterizedTest
    @CsvSource({"'',''", "f,Zg", "fo,Zm8", "foo,Zm9v", "foob,Zm9vYg", "fooba,Zm9vYmE", "foobar,Zm9vYmFy"})
    void writesAndReadsTheExamplesOfTheSpecification(String text, String base64) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(UnpaddedBase64.encode(bytes)).isEqualTo(base64);
        assertThat(UnpaddedBase64.decode(base64)).isEqualTo(bytes);
        assertThat(UnpaddedBase64.decodeStrict(base64)).isEqualTo(bytes);
    }

    @Test
    void writesEitherAlphabet() {
        byte[] bytes = {(byte) 0xFB, (byte) 0xFF, (byte) 0xBF};
        assertThat(UnpaddedBase64.encode(bytes)).isEqualTo("+/+/");
        assertThat(UnpaddedBase64.encodeUrlSafe(bytes)).isEqualTo("-_-_");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Zg==", "Zm8=", "Zh", "Zm9"})
    void readsPaddingAndUnusedBitsOnlyWhenNotStrict(String text) {
        assertThat(UnpaddedBase64.decode(text)).isNotEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> UnpaddedBase64.decodeStrict(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Z", "Zg=", "Zm9v=", "Zm 9v", "Zm-_", "Zm9v\n", "é"})
    void refusesWhatIsNotBase64(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> UnpaddedBase64.decode(text));
        assertThatIllegalArgumentException().isThrownBy(() -> UnpaddedBase64.decodeStrict(text));
    }
}
