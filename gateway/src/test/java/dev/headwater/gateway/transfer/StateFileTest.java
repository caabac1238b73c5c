package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.history.RoomAdmission;
import dev.headwater.history.ToldEvent;
import dev.headwater.id.ServerName;
import dev.headwater.recorded.RecordedRoom;
import dev.headwater.recorded.RecordedRooms;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PinnedKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States as Synapse has answered them. */
class StateFileTest {
    @TempDir
    private Path directory;

    private StateFile recorded(String room, String label) throws IOException {
        String name = "/rooms/recorded/" + room + "/expected/state-" + label + ".json.gz";
        Path file = directory.resolve(room + "-" + label);
        try (InputStream in =
                new GZIPInputStream(Objects.requireNonNull(getClass().getResourceAsStream(name)))) {
            Files.copy(in, file);
        }
        return new StateFile(file, RecordedRooms.keys(), Ed25519.jdk(), false);
    }

    @Test
    void tellsTheWholeState() throws IOException {
        RecordedRoom joined = RecordedRooms.read("visibility-joined");
        List<ToldEvent> told = Objects.requireNonNull(recorded("visibility-joined", "end")
                .told(joined.id(), joined.version())
                .block());
        assertThat(told)
                .filteredOn(event -> event.type().equals("m.room.history_visibility"))
                .extracting(ToldEvent::value)
                .containsExactly("joined");
        assertThat(told)
                .filteredOn(event ->
                        event.type().equals("m.room.member") && event.value().equals("join"))
                .extracting(ToldEvent::stateKey)
                .contains("@ada:alder.example:8448", "@cleo:birch.example:8448");
        assertThat(told).extracting(ToldEvent::type).contains("m.room.create", "m.room.power_levels");
    }

    @Test
    void refusesAStateWithoutItsMembers() throws IOException {
        RecordedRoom forked = RecordedRooms.read("forked");
        Path file = directory.resolve("partial");
        Files.writeString(file, "{\"members_omitted\":true,\"pdus\":[]}");
        StateFile partial = new StateFile(file, RecordedRooms.keys(), Ed25519.jdk(), false);
        assertThatThrownBy(() -> partial.told(forked.id(), forked.version()).block())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("expected the whole state");
        assertThatThrownBy(
                        () -> partial.admission(forked.id(), forked.version()).block())
                .isInstanceOf(TransferException.class);
    }

    @Test
    void tellsWhoIsInTheRoom() throws IOException {
        RecordedRoom forked = RecordedRooms.read("forked");
        RoomAdmission admission = Objects.requireNonNull(recorded("forked", "end")
                .admission(forked.id(), forked.version())
                .block());
        assertThat(admission.joined())
                .contains(ServerName.parse("alder.example:8448"), ServerName.parse("birch.example:8448"));
    }

    @Test
    void refusesTheStateOfAnotherRoomAndAnUnknownSignature() throws IOException {
        RecordedRoom forked = RecordedRooms.read("forked");
        RecordedRoom other = RecordedRooms.read("acl");
        assertThatThrownBy(() -> recorded("forked", "merge-1")
                        .told(other.id(), forked.version())
                        .block())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("expected " + other.id());
        StateFile unknown = new StateFile(directory.resolve("forked-merge-1"), PinnedKeys.none(), Ed25519.jdk(), false);
        assertThatThrownBy(() -> unknown.told(forked.id(), forked.version()).block())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("key that is known");
    }
}
