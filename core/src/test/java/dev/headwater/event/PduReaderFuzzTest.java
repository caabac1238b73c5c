package dev.headwater.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.event.BadEventException.Reason;
import dev.headwater.history.NewEvent;
import dev.headwater.id.EventId;
import dev.headwater.id.InvalidIdException;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.JsonSeeds;
import dev.headwater.json.StrictJson;
import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.recorded.RecordedRooms;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import dev.headwater.room.RoomVersionRules.EventIds;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PduSignatures;
import dev.headwater.sign.PinnedKeys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** Any bytes, read as an event of every room version: what is taken can be stored, redacted, shown and read again. */
class PduReaderFuzzTest {
    private static final List<String> ROOMS =
            List.of("versions-1", "versions-3", "versions-6", "redactions-11", "versions-12");

    static Stream<byte[]> events() {
        Stream<byte[]> recorded = ROOMS.stream()
                .flatMap(name -> RecordedRooms.read(name).lines().stream().limit(12))
                .map(line -> line.getBytes(StandardCharsets.UTF_8));
        Stream<byte[]> made = Arrays.stream(RoomVersion.values())
                .flatMap(version -> Stream.of(Events.message(version), Events.create(version)))
                .map(CanonicalJson::encode);
        return Stream.of(recorded, made, EventSeeds.odd(), EventSeeds.oddNumbers(), JsonSeeds.all())
                .flatMap(seeds -> seeds);
    }

    @MethodSource("events")
    @FuzzTest
    void readsOfEveryVersionWhatCanBeShownOrRefuses(byte[] bytes) {
        for (RoomVersion version : RoomVersion.values()) {
            Pdu pdu;
            try {
                pdu = PduReader.fromUntrusted(version, bytes);
                assertThat(pdu.silent()).isFalse();
            } catch (BadEventException e) {
                if (e.reason() == Reason.JSON) {
                    isPrintable(e);
                    return; // Of every version.
                }
                isPrintable(e);
                pdu = e.walkable().orElse(null);
            }
            if (pdu != null) {
                hasItsVersionsShape(pdu);
                staysWhatItIs(pdu);
                keepsItsNameWhenRedacted(pdu);
                entersTheStore(pdu);
            }
        }
    }

    private static void hasItsVersionsShape(Pdu pdu) {
        RoomVersion version = pdu.version();
        assertThat(pdu.bytes().length).isLessThanOrEqualTo(PduReader.MAX_BYTES);
        for (byte b : pdu.bytes()) {
            if (b >= 0 && b < ' ') {
                fail("a blank between tokens, or a raw control character");
            }
        }
        assertThat(pdu.depth()).isBetween(0L, StrictJson.MAX_INTEGER);
        assertThat(pdu.json().has("unsigned")).isFalse();
        assertThat(pdu.json().has("event_id")).isEqualTo(!version.atLeast(RoomVersion.V3));
        if (version.atLeast(RoomVersion.V3)) {
            assertThat(pdu.id())
                    .isEqualTo(EventHashes.eventId(
                            EventHashes.reference(pdu.json(), version),
                            pdu.rules().eventIds()));
        }
        if (version.atLeast(RoomVersion.V6)) {
            assertThat(pdu.silent()).isFalse();
            assertThat(StrictJson.parse(pdu.bytes())).isEqualTo(pdu.json());
        }
        if (version.atLeast(RoomVersion.V12)) {
            assertThat(pdu.room().value()).hasSize(44);
            assertThat(pdu.authEvents())
                    .doesNotContain(new EventId("$" + pdu.room().value().substring(1)));
        } else {
            assertThat(pdu.json().path("room_id").stringValue())
                    .isEqualTo(pdu.room().value());
        }
        assertThat(pdu.prevEvents()).doesNotContain(pdu.id()).doesNotHaveDuplicates();
        assertThat(pdu.authEvents()).doesNotContain(pdu.id()).doesNotHaveDuplicates();
    }

    private static void isPrintable(Exception e) {
        String message = String.valueOf(e.getMessage());
        for (int i = 0; i < message.length(); i++) {
            if (Character.isISOControl(message.charAt(i))) {
                fail("a control character in: " + message);
            }
        }
    }

    /** What is sent on is read by others as it was read here. */
    private static void staysWhatItIs(Pdu pdu) {
        assertThat(StrictJson.object(pdu.bytes(), Numbers.LENIENT)).isEqualTo(pdu.json());
        Pdu again = read(pdu.version(), pdu.bytes());
        assertThat(again.bytes()).isEqualTo(pdu.bytes());
        assertThat(again.silent()).isEqualTo(pdu.silent());
        sameEvent(again, pdu);
        assertThat(again.redacts()).isEqualTo(pdu.redacts());
    }

    private static void keepsItsNameWhenRedacted(Pdu pdu) {
        ObjectNode redacted = Redaction.redact(pdu.json(), pdu.version());
        assertThat(Redaction.redact(redacted, pdu.version())).isEqualTo(redacted);
        assertThat(EventHashes.signedBytes(redacted, pdu.version())).isEqualTo(pdu.signedBytes());
        sameEvent(read(pdu.version(), CanonicalJson.encode(redacted)), pdu);
    }

    private static void sameEvent(Pdu one, Pdu other) {
        assertThat(one.id()).isEqualTo(other.id());
        assertThat(one.room()).isEqualTo(other.room());
        assertThat(one.sender()).isEqualTo(other.sender());
        assertThat(one.type()).isEqualTo(other.type());
        assertThat(one.stateKey()).isEqualTo(other.stateKey());
        assertThat(one.depth()).isEqualTo(other.depth());
        assertThat(one.originServerTs()).isEqualTo(other.originServerTs());
        assertThat(one.prevEvents()).isEqualTo(other.prevEvents());
        assertThat(one.authEvents()).isEqualTo(other.authEvents());
        assertThat(one.signedBytes()).isEqualTo(other.signedBytes());
    }

    private static Pdu read(RoomVersion version, byte[] bytes) {
        try {
            return PduReader.fromUntrusted(version, bytes);
        } catch (BadEventException e) {
            return e.walkable().orElseThrow(() -> e);
        }
    }

    private static void entersTheStore(Pdu pdu) {
        NewEvent whole = EventGate.admit(pdu, new Verified.AllGood());
        assertThat(whole.body()).isEqualTo(pdu.bytes());
        NewEvent stripped = EventGate.admit(pdu, new Verified.HashDiffers());
        assertThat(stripped.body()).isEqualTo(CanonicalJson.encode(Redaction.redact(pdu.json(), pdu.version())));
        assertThat(stripped.silent()).isEqualTo(pdu.silent());
        assertThat(PduSignatures.check(pdu, PinnedKeys.none(), Ed25519.jdk())).isNotNull();
        assertThat(PduSignatures.trusting(pdu)).isNotNull();
        try {
            assertThat(PduSignatures.neededSigners(pdu)).doesNotContainNull();
        } catch (InvalidIdException e) {
            isPrintable(e);
        }
        assertThat(pdu.rules().eventIds() == EventIds.IN_EVENT)
                .isEqualTo(pdu.json().has("event_id"));
    }
}
