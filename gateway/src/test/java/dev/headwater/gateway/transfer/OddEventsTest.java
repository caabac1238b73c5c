package dev.headwater.gateway.transfer;

import static dev.headwater.gateway.transfer.SmallRoom.EVA;
import static dev.headwater.gateway.transfer.SmallRoom.bytes;
import static dev.headwater.gateway.transfer.SmallRoom.lines;
import static dev.headwater.gateway.transfer.SmallRoom.message;
import static dev.headwater.gateway.transfer.SmallRoom.ofSize;
import static dev.headwater.gateway.transfer.SmallRoom.rawlySigned;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.gateway.auth.RoomAccess;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.SignedRoom;
import dev.headwater.sign.VerifyKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import tools.jackson.databind.node.ObjectNode;

/** Events that are odd, and kept with care: what becomes of them all the way from a dump through the store to a walk. */
class OddEventsTest {
    private final MemoryEventStore store = new MemoryEventStore();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void takesWhatIsJustWithinTheLimits(RoomVersion version) {
        SignedRoom room = SmallRoom.of(version);
        room.add(ofSize(room, 65_536));
        room.add(message(room).put("type", "x".repeat(255)));
        ObjectNode deepest = message(room);
        room.add(deepest.put("depth", (1L << 53) - 1));
        ObjectNode wide = message(room);
        for (int i = 0; i < 25; i++) {
            room.edge(wide.withArray("prev_events"), room.pdus().get(i % 5).id());
        }
        room.add(wide.put("depth", (1L << 53) - 1));

        ImportReport report = load(room.keys(), lines(room));

        assertThat(report.refused()).isEmpty();
        assertThat(report.taken()).isEqualTo(room.pdus().size());
        assertThat(Dumps.verify(store, room.id()).examples()).isEmpty();
        assertThat(room.last().prevEvents()).hasSizeLessThanOrEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {"V1", "V2", "V3", "V4", "V5"})
    void takesNumbersThatOldVersionsTolerate(RoomVersion version) {
        SignedRoom room = SmallRoom.of(version);
        for (String number : List.of("1.5", "1e+20", "1.0", "-0", "1180591620717411303424")) {
            room.add(room.draft(EVA, "m.room.message", "{\"n\":" + number + "}"));
        }
        assertThat(load(room.keys(), lines(room)).refused()).isEmpty();
        assertThat(Dumps.export(store, room.id())).isEqualTo(room.lines());
    }

    @ParameterizedTest
    @EnumSource
    void neverFollowsAnEdgeIntoAnotherRoom(RoomVersion version) {
        SignedRoom other = new SignedRoom(version, "other");
        Pdu there = other.say(SignedRoom.ADA, "there");
        load(other.keys(), lines(other));
        SignedRoom room = SmallRoom.of(version);
        ObjectNode bridge = message(room);
        room.edge(bridge.withArray("prev_events"), there.id());
        Pdu event = room.add(bridge);

        assertThat(load(room.keys(), lines(room)).refused()).isEmpty();

        assertThat(Dumps.walk(store, room.id(), event.id()))
                .containsExactlyInAnyOrderElementsOf(
                        room.pdus().stream().map(Pdu::id).toList());
        assertThat(Dumps.export(store, room.id())).isEqualTo(room.lines());
        VerifyReport report = Dumps.verify(store, room.id());
        assertThat(report.examples()).isEmpty();
        assertThat(report.gaps()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheRedactedCopyWhereTheContentHashIsWrong(RoomVersion version) {
        SignedRoom room = SmallRoom.of(version);
        ObjectNode event = room.server("e.example").hashAndSign(message(room), version);
        event.withObject("content").put("body", "never said");
        List<byte[]> lines = lines(room);
        lines.add(bytes(event));

        ImportReport report = load(room.keys(), lines);

        assertThat(report.taken()).isEqualTo(4);
        assertThat(report.redacted()).isEqualTo(1);
        assertThat(Dumps.export(store, room.id())).last().isEqualTo(SignedRoom.line(Redaction.redact(event, version)));
    }

    @ParameterizedTest
    @EnumSource
    void stripsWhatStandsInUnsigned(RoomVersion version) {
        SignedRoom room = SmallRoom.of(version);
        List<byte[]> lines = lines(room);
        String line = new String(lines.remove(2), StandardCharsets.UTF_8);
        lines.add(("{\"unsigned\":{\"age\":1.5,\"pad\":\"" + "x".repeat(200_000) + "\"}," + line.substring(1))
                .getBytes(StandardCharsets.UTF_8));

        assertThat(load(room.keys(), lines).refused()).isEmpty();

        assertThat(Dumps.export(store, room.id())).isEqualTo(room.lines());
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void keepsTheFirstOfTwoEventsWithOneId(RoomVersion version) {
        SignedRoom room = SmallRoom.of(version);
        ObjectNode second = message(room).put("event_id", room.last().id().value());
        room.edge(second.putArray("prev_events"), room.pdus().get(1).id());
        List<byte[]> lines = lines(room);
        lines.add(bytes(rawlySigned(room, second)));

        ImportReport report = load(room.keys(), lines);

        assertThat(report.taken()).isEqualTo(3);
        assertThat(report.known()).isZero();
        assertThat(report.refused()).containsOnlyKeys("id-taken").hasEntrySatisfying("id-taken", refused -> {
            assertThat(refused.count()).isEqualTo(1);
            assertThat(refused.example()).isEqualTo(room.last().id().value());
        });
        assertThat(Dumps.export(store, room.id())).isEqualTo(room.lines());
        ImportReport again = load(room.keys(), lines);
        assertThat(again.known()).isEqualTo(3);
        assertThat(again.refused()).containsOnlyKeys("id-taken");
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V10", "V12"})
    void takesListsAsLongAsAnEventCanHold(RoomVersion version) {
        SignedRoom room = SmallRoom.of(version);
        StringBuilder users = new StringBuilder("\"" + SignedRoom.ADA + "\":100");
        for (int i = 0; i < 7_900; i++) {
            users.append(",\"").append(threeLetters(i)).append("\":").append(i % 10);
        }
        room.state(SignedRoom.ADA, "m.room.power_levels", "", "{\"users\":{" + users + "}}");
        StringBuilder servers = new StringBuilder("\"*.evil.example\"");
        for (int i = 0; i < 10_000; i++) {
            servers.append(",\"").append(threeLetters(i)).append('"');
        }
        room.state(SignedRoom.ADA, "m.room.server_acl", "", "{\"allow\":[\"*\"],\"deny\":[" + servers + "]}");
        Pdu message = room.say(EVA, "hers");
        for (int i = 0; i < 40; i++) {
            room.redact("@u" + i + ":other.example", message.id());
        }

        assertThat(load(room.keys(), lines(room)).refused()).isEmpty();

        assertThat(Dumps.verify(store, room.id()).examples()).isEmpty();
        RoomAccess access = new RoomAccess(store);
        assertThat(access.mayAsk(ServerName.parse("e.example"), room.id()).block())
                .isTrue();
        assertThat(Objects.requireNonNull(store.admission(room.id(), ServerName.parse("e.example"))
                                .block())
                        .acls())
                .singleElement()
                .asString()
                .hasSizeGreaterThan(60_000);
    }

    private static String threeLetters(int i) {
        return Integer.toString(36 * 36 + i, 36);
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void walksACycleOnce(RoomVersion version) {
        SignedRoom room = SmallRoom.of(version);
        ObjectNode first = message(room);
        room.edge(first.withArray("prev_events"), EventId.parse("$closing:e.example"));
        room.add(first);
        room.say(EVA, "between");
        Pdu last = room.add(message(room).put("event_id", "$closing:e.example"));

        assertThat(load(room.keys(), lines(room)).refused()).isEmpty();

        assertThat(Dumps.walk(store, room.id(), room.pdus().get(3).id(), last.id()))
                .containsExactlyInAnyOrderElementsOf(
                        room.pdus().stream().map(Pdu::id).toList());
        VerifyReport report = Dumps.verify(store, room.id());
        assertThat(report.examples()).isEmpty();
        assertThat(report.severed()).isEqualTo(1);
    }

    @Test
    void takesAnEventWithAThousandParents() {
        SignedRoom room = SmallRoom.of(RoomVersion.V10);
        Pdu fork = room.last();
        for (int i = 0; i < 1_000; i++) {
            ObjectNode ray = room.draft(EVA, "m.room.message", "{\"n\":" + i + "}");
            ray.withArray("prev_events").removeAll();
            room.edge(ray.withArray("prev_events"), fork.id());
            room.add(ray.put("depth", fork.depth() + 1));
        }
        ObjectNode merge = message(room);
        merge.withArray("prev_events").removeAll();
        for (int i = 0; i < 1_000; i++) {
            room.edge(merge.withArray("prev_events"), room.pdus().get(3 + i).id());
        }
        Pdu last = room.add(merge);

        assertThat(load(room.keys(), lines(room)).refused()).isEmpty();

        assertThat(Dumps.walk(store, room.id(), last.id()))
                .hasSize(1_004)
                .first()
                .isEqualTo(last.id());
    }

    private ImportReport load(VerifyKeys keys, List<byte[]> lines) {
        return Dumps.load(store, Dumps.fileOf(directory, lines), keys, null, false);
    }
}
