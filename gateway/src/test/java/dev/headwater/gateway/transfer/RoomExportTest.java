package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.SignedRoom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

class RoomExportTest {
    private final MemoryEventStore store = new MemoryEventStore();
    private final List<String> room = Dumps.lines();

    @TempDir
    private Path directory;

    @Test
    void givesTheSameEventsBackAndTheRedactedCopyOfTheRedactedOne() {
        Dumps.load(store, Dumps.file(directory, room));

        List<String> exported = Dumps.export(store, Dumps.ROOM);
        List<String> changed = new ArrayList<>(exported);
        changed.removeAll(room);

        assertThat(exported).hasSameSizeAs(room);
        assertThat(changed).singleElement().satisfies(line -> assertThat(line).contains("\"content\":{}"));
        assertThat(Dumps.verify(store, Dumps.ROOM).redacted()).isEqualTo(1);
    }

    @Test
    void givesTheSameBytesHoweverTheRoomCameTogether() {
        Dumps.load(store, Dumps.file(directory, room));
        List<String> first = Dumps.export(store, Dumps.ROOM);

        MemoryEventStore again = new MemoryEventStore();
        Dumps.load(again, Dumps.file(directory, first));
        assertThat(Dumps.export(again, Dumps.ROOM)).isEqualTo(first);

        MemoryEventStore backwards = new MemoryEventStore();
        List<String> parts = new ArrayList<>(room.subList(1, room.size()));
        Collections.shuffle(parts, new Random(9));
        for (int begin = 0; begin < parts.size(); begin += 50) {
            List<String> part = new ArrayList<>(parts.subList(begin, Math.min(parts.size(), begin + 50)));
            part.add(room.get(0));
            Dumps.load(backwards, Dumps.file(directory, part));
        }
        assertThat(Dumps.export(backwards, Dumps.ROOM)).isEqualTo(first);
        assertThat(Dumps.verify(backwards, Dumps.ROOM).differences()).isZero();
    }

    @Test
    void whatIsRedactedForGoodStaysSoThroughEveryImportAndExport() {
        SignedRoom signed = new SignedRoom(RoomVersion.V10);
        String eva = "@eva:e.example";
        signed.join(eva);
        Pdu secret = signed.say(eva, "secret");
        Pdu doubted = signed.say(SignedRoom.ADA, "doubted");
        signed.redact(eva, secret.id());
        signed.redact(eva, EventId.parse("$missing"));
        Path full = Dumps.file(directory, signed.lines());
        Dumps.load(store, full, signed.keys(), null, false);

        List<String> first = Dumps.export(store, signed.id());
        assertThat(String.join("", first)).doesNotContain("\"secret\"").contains("\"doubted\"");
        assertThat(first).contains(SignedRoom.line(doubted));

        MemoryEventStore other = new MemoryEventStore();
        Dumps.load(other, Dumps.file(directory, first), signed.keys(), null, false);
        assertThat(Dumps.export(other, signed.id())).isEqualTo(first);
        assertThat(Dumps.verify(other, signed.id()).redactedForGood()).isEqualTo(1);

        for (MemoryEventStore each : List.of(store, other)) {
            Dumps.load(each, full, signed.keys(), null, false);
            assertThat(Dumps.export(each, signed.id())).isEqualTo(first);
            assertThat(Dumps.verify(each, signed.id()).examples()).isEmpty();
        }
    }

    @Test
    void readsNoFurtherThanItIsAsked() {
        Dumps.load(store, Dumps.file(directory, room));

        StepVerifier.create(new RoomExport(store, Dumps.ROOM).events(), 1)
                .expectNextCount(1)
                .thenRequest(2)
                .expectNextCount(2)
                .thenCancel()
                .verify();
    }

    @Test
    void isEmptyForARoomThatIsNotStored() {
        assertThat(Dumps.export(store, RoomId.parse("!none:hs.example"))).isEmpty();
        StepVerifier.create(new RoomExport(store, RoomId.parse("!none:hs.example")).count())
                .verifyComplete();
    }
}
