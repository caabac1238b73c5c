package dev.headwater.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.BadJsonException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinnedKeysTest {
    private static final String KEY = "l8Hft5qXKn1vfHrg3p4+W8gELQVo8N13JkluMfmn2sQ";

    @Test
    void findsAKeyAtAnyTimeByServerAndId() {
        PinnedKeys keys = read("{\"a.example\":{\"ed25519:1\":\"" + KEY + "\"},\"b.example\":{}}");
        ServerName a = ServerName.parse("a.example");
        assertThat(keys.find(a, KeyId.parse("ed25519:1"), VerifyKeys.ANY_TIME)).isEqualTo(VerifyKey.parse(KEY));
        assertThat(keys.find(a, KeyId.parse("ed25519:1"), 5)).isEqualTo(VerifyKey.parse(KEY));
        assertThat(keys.find(a, KeyId.parse("ed25519:2"), 5)).isNull();
        assertThat(keys.find(ServerName.parse("c.example"), KeyId.parse("ed25519:1"), 5))
                .isNull();
        assertThat(PinnedKeys.none().find(a, KeyId.parse("ed25519:1"), 5)).isNull();
        assertThat(keys.servers()).containsExactlyInAnyOrder(a, ServerName.parse("b.example"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a b\":{}}|a b",
                "{\"a\":5}|a",
                "{\"a\":{\"1\":\"" + KEY + "\"}}|1",
                "{\"a\":{\"ed25519:1\":5}}|ed25519:1",
                "{\"a\":{\"ed25519:1\":\"AAAA\"}}|ed25519:1",
                "{\"a\":{\"ed25519:1\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}|small order"
            })
    void saysWhichEntryIsWrong(String json, String named) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(json)).withMessageContaining(named);
    }

    @Test
    void refusesWhatIsNotJson() {
        assertThatExceptionOfType(BadJsonException.class).isThrownBy(() -> read("ed25519:1"));
    }

    private static PinnedKeys read(String json) {
        return PinnedKeys.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
