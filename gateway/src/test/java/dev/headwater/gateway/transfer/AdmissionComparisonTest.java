package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.transfer.VerifyReport.Admission;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.NewEvent;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomWriter;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.SignedRoom;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class AdmissionComparisonTest {
    private static final String EVA = "@eva:e.example";
    private static final ServerName A = ServerName.parse("a.example");
    private static final ServerName E = ServerName.parse("e.example");

    private final EventStore store = new MemoryEventStore();
    private final SignedRoom room = new SignedRoom(RoomVersion.V10);

    @TempDir
    private Path directory;

    @BeforeEach
    void fill() {
        room.join(SignedRoom.ADA);
        room.join(EVA);
        room.state(SignedRoom.ADA, "m.room.server_acl", "", "{\"allow\":[\"*\"]}");
    }

    private void load() {
        Dumps.load(store, Dumps.file(directory, room.lines()), room.keys(), null, false);
    }

    private RoomAdmission stored() {
        return Objects.requireNonNull(store.wholeAdmission(room.id()).block());
    }

    private VerifyReport verify() {
        return Dumps.verify(store, room.id());
    }

    @Test
    void findsNothingWrongWithWhatAnImportHasProven() {
        load();

        VerifyReport report = verify();

        assertThat(report.examples()).isEmpty();
        assertThat(report.admission()).isEqualTo(Admission.PROVEN);
        assertThat(report.servers()).isEqualTo(2);
        assertThat(stored().joined()).containsExactlyInAnyOrder(A, E);
    }

    @Test
    void findsAServerTooManyAndOneThatIsMissing() {
        load();
        ServerName stranger = ServerName.parse("stranger.example");
        store.admit(room.id(), new RoomAdmission(Set.of(A, stranger), stored().acls()))
                .block();

        assertThat(verify().examples())
                .containsExactly(
                        "stranger.example is taken for a server in the room; the room's events do not prove that",
                        "e.example is not taken for a server in the room; by the room's events it is in it");
    }

    @Test
    void findsAnAccessControlListThatIsNotTheRooms() {
        load();
        store.admit(room.id(), new RoomAdmission(Set.of(A, E), List.of())).block();

        assertThat(verify().examples())
                .containsExactly("the access control lists in force are 0; they are not those of the room's events");
        store.admit(room.id(), new RoomAdmission(Set.of(A, E), List.of("{}"))).block();
        assertThat(verify().differences()).isEqualTo(1);
    }

    @Test
    void findsThatNobodyIsAdmittedToARoomWhoseImportBrokeOff() {
        new RoomWriter(store).write(room.id(), room.version(), room.events()).block();

        assertThat(verify().examples()).hasSize(3);
    }

    @Test
    void doesNotCompareWhatWasTold() {
        load();
        store.admit(room.id(), new RoomAdmission(Set.of(A), List.of(), true)).block();

        VerifyReport report = verify();

        assertThat(report.differences()).isZero();
        assertThat(report.admission()).isEqualTo(Admission.TOLD);
        assertThat(report.servers()).isEqualTo(1);
        load();
        assertThat(verify().admission()).isEqualTo(Admission.PROVEN);
    }

    @Test
    void comparesNothingWhileEdgesWaitToBeMended() {
        EventId hub = room.say(EVA, "hub").id();
        for (int i = 0; i < 100; i++) {
            ObjectNode ray = room.draft(EVA, "m.room.message", "{\"n\":" + i + "}");
            ray.withArray("prev_events").removeAll().add(hub.value());
            room.add(ray);
        }
        List<NewEvent> events = room.events();
        RoomWriter writer = new RoomWriter(store);
        writer.write(room.id(), room.version(), events.subList(5, events.size()))
                .block();
        writer.write(room.id(), room.version(), events.subList(0, 5)).block();

        VerifyReport report = verify();

        assertThat(report.head().lazyEdges()).isTrue();
        assertThat(report.admission()).isEqualTo(Admission.NOT_PROVABLE);
        load();
        assertThat(verify().admission()).isEqualTo(Admission.PROVEN);
        assertThat(verify().examples()).isEmpty();
    }
}
