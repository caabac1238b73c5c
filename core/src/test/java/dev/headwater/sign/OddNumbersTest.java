package dev.headwater.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.EventGate;
import dev.headwater.event.EventHashes;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.history.NewEvent;
import dev.headwater.room.RoomVersion;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A version 4 event with numbers that canonical JSON forbids. Synapse 1.163.2 hashed, signed and named it. */
class OddNumbersTest {
    private static final String EVENT =
            "{\"auth_events\":[\"$a\"],\"content\":{\"ban\":1e+20,\"big\":1180591620717411303424,"
                    + "\"kick\":1.1,\"redact\":1.0,\"users_default\":-0.5},\"depth\":3,\"origin_server_ts\":1000000,"
                    + "\"prev_events\":[\"$p\"],\"room_id\":\"!x:domain\",\"sender\":\"@a:domain\",\"state_key\":\"\","
                    + "\"type\":\"m.room.power_levels\",\"hashes\":{\"sha256\":\"mxRF94ctr3KYWP0LTxdYklBQhkTBlC59mWEQoO3eZVg\"},"
                    + "\"signatures\":{\"domain\":{\"ed25519:1\":\"aV6S5fjY+onET93Wg/Y5i8bZTafHK5Gy5EDHobMGda5M0hPcxvhLjbReLt7Ab1VQC3U42u4Sm9pMZHKG8Mg/Ag\"}}}";
    private static final PinnedKeys KEYS =
            PinnedKeys.parse(Map.of("domain", Map.of("ed25519:1", "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI")));

    private final Pdu pdu = PduReader.fromUntrusted(RoomVersion.V4, EVENT.getBytes(StandardCharsets.UTF_8));

    @Test
    void areHashedAndSignedAsTheyAreWritten() {
        assertThat(pdu.id()).hasToString("$Y1i6urMFQr6dztdLCozPvfDRbSW1e4qxYDLoNQ-igfs");
        assertThat(HexFormat.of().formatHex(EventHashes.content(pdu.json())))
                .isEqualTo("9b1445f7872daf729858fd0b4f17589250508644c1942e7d996110a0edde6558");
        assertThat(PduSignatures.check(pdu, KEYS, Ed25519.jdk())).isEqualTo(new Verified.AllGood());
    }

    @Test
    void areServedAsTheyWereReceived() {
        NewEvent event = EventGate.admit(pdu, new Verified.AllGood());
        assertThat(new String(event.body(), StandardCharsets.UTF_8)).isEqualTo(EVENT);
        NewEvent redacted = EventGate.admit(pdu, new Verified.HashDiffers());
        assertThat(new String(redacted.body(), StandardCharsets.UTF_8))
                .contains("{\"ban\":1e+20,\"kick\":1.1,\"redact\":1.0,\"users_default\":-0.5}");
    }
}
