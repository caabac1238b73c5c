package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.history.RoomAdmission;
import dev.headwater.id.ServerName;
import dev.headwater.recorded.RecordedRoom;
import dev.headwater.recorded.RecordedRooms;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PinnedKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
    void tellsWhetherTheHistoryIsOpen() throws IOException {
        RecordedRoom forked = RecordedRooms.read("forked");
        assertThat(recorded("forked", "merge-1")
                        .opensHistory(forked.id(), forked.version())
                        .block())
                .isTrue();
        RecordedRoom joined = RecordedRooms.read("visibility-joined");
        assertThat(recorded("visibility-joined", "end")
                        .opensHistory(joined.id(), joined.version())
                        .block())
                .isFalse();
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
                        .opensHistory(other.id(), forked.version())
                        .block())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("expected " + other.id());
        StateFile unknown = new StateFile(directory.resolve("forked-merge-1"), PinnedKeys.none(), Ed25519.jdk(), false);
        assertThatThrownBy(() ->
                        unknown.opensHistory(forked.id(), forked.version()).block())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("key that is known");
    }
}
