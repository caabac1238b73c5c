package dev.headwater.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.EventKind;
import dev.headwater.history.NewEvent;
import dev.headwater.id.EventId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

class EventGateTest {
    private static final Verified.Accepted GOOD = new Verified.AllGood();
    private static final Verified.Accepted DIFFERS = new Verified.HashDiffers();

    @Test
    void letsAGoodEventInAsItWasReceived() {
        Pdu pdu = pdu(RoomVersion.V10, Events.message(RoomVersion.V10));
        NewEvent event = EventGate.admit(pdu, GOOD);
        assertThat(event.id()).isEqualTo(pdu.id());
        assertThat(event.depth()).isEqualTo(7);
        assertThat(event.originServerTs()).isEqualTo(1000);
        assertThat(event.prevEvents()).isEqualTo(pdu.prevEvents());
        assertThat(event.kind()).isEqualTo(EventKind.ORDINARY);
        assertThat(event.silent()).isFalse();
        assertThat(event.body()).isEqualTo(pdu.bytes());
    }

    @ParameterizedTest
    @EnumSource
    void keepsOnlyTheRedactedCopyWhenTheHashDiffers(RoomVersion version) {
        Pdu pdu = pdu(version, Events.message(version));
        NewEvent event = EventGate.admit(pdu, DIFFERS);
        ObjectNode body = StrictJson.object(event.body());
        assertThat(body.path("content").isEmpty()).isTrue();
        assertThat(body).isEqualTo(Redaction.redact(pdu.json(), version));
        assertThat(CanonicalJson.encode(body)).isEqualTo(event.body());
        assertThat(pdu(version, body).id()).isEqualTo(pdu.id());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "m.room.create||{}|CREATE",
                "m.room.create|x|{}|STATE",
                "m.room.create|none|{}|ORDINARY",
                "m.room.history_visibility||{\"history_visibility\":\"shared\"}|OPENS_HISTORY",
                "m.room.history_visibility||{\"history_visibility\":\"world_readable\"}|OPENS_HISTORY",
                "m.room.history_visibility||{\"history_visibility\":\"joined\"}|RESTRICTS_HISTORY",
                "m.room.history_visibility||{\"history_visibility\":\"invited\"}|RESTRICTS_HISTORY",
                "m.room.history_visibility||{\"history_visibility\":\"Shared\"}|RESTRICTS_HISTORY",
                "m.room.history_visibility||{\"history_visibility\":[\"shared\"]}|RESTRICTS_HISTORY",
                "m.room.history_visibility||{}|RESTRICTS_HISTORY",
                "m.room.history_visibility|x|{\"history_visibility\":\"shared\"}|OTHER_HISTORY",
                "m.room.history_visibility|none|{\"history_visibility\":\"shared\"}|OTHER_HISTORY",
                "m.room.member|@u:a.example|{\"membership\":\"join\"}|MEMBERSHIP",
                "m.room.member||{\"membership\":\"join\"}|STATE",
                "m.room.member|none|{\"membership\":\"join\"}|ORDINARY",
                "m.room.server_acl||{}|SERVER_ACL",
                "m.room.server_acl|x|{}|STATE",
                "m.room.name||{}|STATE",
                "m.room.name|none|{}|ORDINARY"
            })
    void tellsWhatAnEventMeansForTheRoom(String type, String stateKey, String content, EventKind kind) {
        String key = stateKey == null ? "" : stateKey;
        ObjectNode event = "none".equals(key)
                ? Events.of(RoomVersion.V10, type, content)
                : Events.state(RoomVersion.V10, type, key, content);
        Pdu pdu = pdu(RoomVersion.V10, event);
        assertThat(EventGate.admit(pdu, GOOD).kind()).isEqualTo(kind);
        assertThat(EventGate.admit(pdu, DIFFERS).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "V1|$t:b|{}|$t:b",
                "V10|$t|{}|$t",
                "V10|none|{\"redacts\":\"$t\"}|$t",
                "V10|$t|{\"redacts\":\"$other\"}|$t",
                "V10|nonsense|{\"redacts\":\"$t\"}|$t",
                "V11|none|{\"redacts\":\"$t\"}|$t",
                "V11|$other|{\"redacts\":\"$t\"}|$t",
                "V11|$t|{}|$t",
                "V12|$t|{\"redacts\":5}|$t",
                "V12|none|{}|none"
            })
    void tellsWhichEventARedactionNames(RoomVersion version, String outside, String content, String expected) {
        ObjectNode event = Events.of(version, "m.room.redaction", content);
        if (!outside.equals("none")) {
            event.put("redacts", outside);
        }
        Pdu read = pdu(version, event);
        EventId target = EventGate.admit(read, GOOD).redacts();
        assertThat(read.redacts()).isEqualTo(target);
        assertThat(target == null ? "none" : target.value()).isEqualTo(expected);
    }

    @Test
    void takesATargetOnlyFromARedaction() {
        ObjectNode event = Events.of(RoomVersion.V10, "m.room.message", "{\"redacts\":\"$t\"}")
                .put("redacts", "$t");
        assertThat(EventGate.admit(pdu(RoomVersion.V10, event), GOOD).redacts()).isNull();
    }

    @Test
    void takesNoTargetThatTheSignaturesDoNotCover() {
        ObjectNode old = Events.of(RoomVersion.V10, "m.room.redaction", "{}").put("redacts", "$t");
        ObjectNode late = Events.of(RoomVersion.V11, "m.room.redaction", "{\"redacts\":\"$t\"}")
                .put("redacts", "$u");
        assertThat(EventGate.admit(pdu(RoomVersion.V10, old), DIFFERS).redacts())
                .isNull();
        assertThat(EventGate.admit(pdu(RoomVersion.V11, late), DIFFERS).redacts())
                .isEqualTo(EventId.parse("$t"));
    }

    private static Pdu pdu(RoomVersion version, ObjectNode event) {
        return PduReader.fromUntrusted(version, CanonicalJson.encode(event));
    }
}
