package dev.headwater.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.EventHashes;
import dev.headwater.id.ServerName;
import dev.headwater.json.StrictJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.SignedJson.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** The vectors are those of the specification's appendix "Cryptographic Test Vectors". */
class SignedJsonTest {
    private static final SigningKey KEY = SigningKey.parse("ed25519 1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1");
    private static final ServerName SERVER = ServerName.parse("domain");
    private static final PinnedKeys KEYS = PinnedKeys.parse(
            Map.of("domain", Map.of("ed25519:1", KEY.verifyKey().base64())));

    private final Ed25519 scheme = Ed25519.jdk();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ",
                "{\"one\": 1, \"two\": \"Two\"}|KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw"
            })
    void signsTheExamplesOfTheSpecification(String json, String signature) {
        ObjectNode object = object(json);
        SignedJson.sign(object, SERVER, KEY, scheme);
        assertThat(object.path("signatures").path("domain").path("ed25519:1").stringValue())
                .isEqualTo(signature);
        assertThat(verify(object)).isEqualTo(Outcome.GOOD);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"room_id\":\"!x:domain\",\"sender\":\"@a:domain\",\"origin\":\"domain\",\"origin_server_ts\":1000000,"
                        + "\"signatures\":{},\"hashes\":{},\"type\":\"X\",\"content\":{},\"prev_events\":[],\"auth_events\":[],"
                        + "\"depth\":3,\"unsigned\":{\"age_ts\":1000000}}"
                        + "|5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos"
                        + "|KxwGjPSDEtvnFgU00fwFz+l6d2pJM6XBIaMEn81SXPTRl16AqLAYqfIReFGZlHi5KLjAWbOoMszkwsQma+lYAg",
                "{\"content\":{\"body\":\"Here is the message content\"},\"event_id\":\"$0:domain\",\"origin\":\"domain\","
                        + "\"origin_server_ts\":1000000,\"type\":\"m.room.message\",\"room_id\":\"!r:domain\","
                        + "\"sender\":\"@u:domain\",\"signatures\":{},\"unsigned\":{\"age_ts\":1000000}}"
                        + "|onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g"
                        + "|Wm+VzmOUOz08Ds+0NTWb1d4CZrVsJSikkeRxh6aCcUwu6pNC78FunoD7KNWzqFn241eYHYMGCA5McEiVPdhzBA"
            })
    void hashesAndSignsTheEventsOfTheSpecification(String json, String hash, String signature) {
        ObjectNode event = object(json);
        assertThat(UnpaddedBase64.encode(EventHashes.content(event))).isEqualTo(hash);
        event.putObject("hashes").put("sha256", hash);
        assertThat(UnpaddedBase64.encode(KEY.sign(EventHashes.signedBytes(event, RoomVersion.V1), scheme)))
                .isEqualTo(signature);
    }

    @Test
    void leavesUnsignedAndTheSignaturesOfOthersInPlace() {
        ObjectNode object =
                object("{\"a\":1,\"unsigned\":{\"age\":5},\"signatures\":{\"other\":{\"ed25519:2\":\"x\"}}}");
        SignedJson.sign(object, SERVER, KEY, scheme);
        object.withObject("unsigned").put("age", 6);
        assertThat(verify(object)).isEqualTo(Outcome.GOOD);
        assertThat(object.path("signatures").path("other").path("ed25519:2").stringValue())
                .isEqualTo("x");
    }

    @Test
    void tellsAbsentUnknownAndWrongSignaturesApart() {
        ObjectNode object = object("{\"a\":1}");
        assertThat(verify(object)).isEqualTo(Outcome.ABSENT);
        object.putObject("signatures").putObject("domain").put("rsa:1", "x").put("ed25519:", "x");
        assertThat(verify(object)).isEqualTo(Outcome.ABSENT);
        object.withObject("signatures").withObject("domain").put("ed25519:policy_server", "x");
        assertThat(verify(object)).isEqualTo(Outcome.KEY_NOT_KNOWN);
        SignedJson.sign(object, SERVER, KEY, scheme);
        assertThat(verify(object)).isEqualTo(Outcome.GOOD);
        object.put("a", 2);
        assertThat(verify(object)).isEqualTo(Outcome.WRONG);
        object.withObject("signatures").withObject("domain").put("ed25519:1", 5);
        assertThat(verify(object)).isEqualTo(Outcome.WRONG);
        object.withObject("signatures").withObject("domain").put("ed25519:1", "***");
        assertThat(verify(object)).isEqualTo(Outcome.WRONG);
    }

    private Outcome verify(ObjectNode object) {
        return SignedJson.verify(object, SERVER, KEYS, VerifyKeys.ANY_TIME, scheme);
    }

    private static ObjectNode object(String json) {
        return StrictJson.object(json.getBytes(StandardCharsets.UTF_8));
    }
}
