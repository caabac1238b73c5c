package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.EventSigner;
import dev.headwater.sign.SignedRoom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

/** Two events of one ID, which room versions 1 and 2 allow. */
class NamesakesTest {
    private static final EventSigner WITNESS = EventSigner.of("w.example");

    private final MemoryEventStore store = new MemoryEventStore();

    private WriteResult write(SignedRoom room, Pdu... pdus) {
        List<NewEvent> events = List.of(pdus).stream().map(SignedRoom::admitted).toList();
        return Awaited.value(new RoomWriter(store).write(room.id(), room.version(), events));
    }

    private static Pdu other(SignedRoom room, Pdu event) {
        ObjectNode other = room.draft(SignedRoom.ADA, "m.room.message", "{\"body\":\"other\"}");
        other.putArray("prev_events");
        return room.signed(other.put("event_id", event.id().value()));
    }

    private byte[] stored(SignedRoom room, Pdu event) {
        return StoredRoom.read(store, room.id()).body(event.id());
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void refusesAnotherEventOfAStoredId(RoomVersion version) {
        SignedRoom room = new SignedRoom(version);
        Pdu first = room.say(SignedRoom.ADA, "first");
        Pdu other = other(room, first);
        write(room, first);

        assertThat(write(room, other, first)).isEqualTo(new WriteResult(0, 1, Map.of(first.id(), Refusal.ID_TAKEN)));
        assertThat(write(room, other)).isEqualTo(new WriteResult(0, 0, Map.of(first.id(), Refusal.ID_TAKEN)));
        assertThat(stored(room, first)).isEqualTo(first.bytes());
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void refusesAnotherEventOfTheSameWrite(RoomVersion version) {
        SignedRoom room = new SignedRoom(version);
        Pdu first = room.say(SignedRoom.ADA, "first");

        assertThat(write(room, first, other(room, first)))
                .isEqualTo(new WriteResult(1, 0, Map.of(first.id(), Refusal.ID_TAKEN)));
        assertThat(stored(room, first)).isEqualTo(first.bytes());
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2", "V3", "V11"})
    void knowsAnEventAgainWhoeverElseHasSignedIt(RoomVersion version) {
        SignedRoom room = new SignedRoom(version);
        ObjectNode draft = room.draft(SignedRoom.ADA, "m.room.message", "{\"body\":\"once\"}");
        Pdu once = room.add(draft.deepCopy());
        Pdu witnessed = WITNESS.pdu(room.server("a.example").hashAndSign(draft, version), version);
        assertThat(witnessed.id()).isEqualTo(once.id());
        write(room, once);

        assertThat(witnessed.bytes()).isNotEqualTo(once.bytes());
        assertThat(write(room, witnessed)).isEqualTo(new WriteResult(0, 1, Map.of()));
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2", "V3", "V11"})
    void knowsAnEventAgainOfWhichTheRedactedCopyIsLeft(RoomVersion version) {
        SignedRoom room = new SignedRoom(version);
        room.join(SignedRoom.ADA);
        Pdu gone = room.say(SignedRoom.ADA, "gone");
        room.redact(SignedRoom.ADA, gone.id());
        write(room, room.pdus().toArray(Pdu[]::new));
        Awaited.value(new VisibilitySweep(store).sweep(room.id()));
        Awaited.value(new RedactionSweep(store).sweep(room.id()));
        assertThat(stored(room, gone)).isNotEqualTo(gone.bytes());

        assertThat(write(room, gone)).isEqualTo(new WriteResult(0, 1, Map.of()));
    }
}
