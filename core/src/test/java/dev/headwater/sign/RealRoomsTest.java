package dev.headwater.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.json.StrictJson;
import dev.headwater.room.RoomVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rooms of real servers, see {@code rooms/README.md} among the test resources. */
class RealRoomsTest {
    private final PinnedKeys keys = PinnedKeys.read(resource("verify_keys.json"));

    @Test
    void everyEventOfTheVersion12RoomChecksSaveTheOneWhoseKeyIsNotKnown() {
        List<Pdu> room = read(RoomVersion.V12, "mautrix-testroom-v12.ndjson", "unsigned");
        assertThat(room).hasSize(21);
        List<Pdu> refused = new ArrayList<>();
        for (Pdu pdu : room) {
            Verified verified = PduSignatures.check(pdu, keys, Ed25519.jdk());
            if (verified instanceof Verified.Refused no) {
                assertThat(no.reason()).isEqualTo(Verified.Reason.KEY_NOT_KNOWN);
                refused.add(pdu);
            } else {
                assertThat(verified).isEqualTo(new Verified.AllGood());
            }
            assertThat(PduSignatures.trusting(pdu)).isEqualTo(new Verified.AllGood());
        }
        assertThat(refused)
                .hasSize(1)
                .allMatch(pdu -> pdu.sender().server().value().equals("beeper.com"));
        assertThat(room).allMatch(pdu -> pdu.room().equals(room.get(0).room()));
        assertLinked(room);
    }

    @Test
    void everyEventOfTheVersion10RoomChecks() {
        List<Pdu> room = read(RoomVersion.V10, "tardis-simple-room-v10.ndjson", "");
        assertThat(room).hasSize(8);
        for (Pdu pdu : room) {
            assertThat(PduSignatures.check(pdu, keys, Ed25519.jdk())).isEqualTo(new Verified.AllGood());
        }
        assertLinked(room);
    }

    /** The IDs are right if the edges, which other servers wrote, find them. */
    private static void assertLinked(List<Pdu> room) {
        Set<Object> ids = new HashSet<>();
        room.forEach(pdu -> ids.add(pdu.id()));
        assertThat(room).allMatch(pdu -> ids.containsAll(pdu.prevEvents()) && ids.containsAll(pdu.authEvents()));
    }

    private static List<Pdu> read(RoomVersion version, String name, String idIn) {
        List<Pdu> room = new ArrayList<>();
        for (String line : new String(resource(name), StandardCharsets.UTF_8)
                .lines()
                .filter(l -> !l.isBlank())
                .toList()) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            Pdu pdu = PduReader.fromUntrusted(version, bytes);
            var json = StrictJson.object(bytes);
            String stated =
                    (idIn.isEmpty() ? json : json.path(idIn)).path("event_id").stringValue("");
            if (!stated.isEmpty()) {
                assertThat(pdu.id().value()).isEqualTo(stated);
            }
            room.add(pdu);
        }
        return room;
    }

    private static byte[] resource(String name) {
        try (InputStream in = RealRoomsTest.class.getResourceAsStream("/rooms/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
