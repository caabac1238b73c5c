package dev.headwater.gateway.transfer;

import static dev.headwater.gateway.transfer.SmallRoom.EVA;
import static dev.headwater.gateway.transfer.SmallRoom.bytes;
import static dev.headwater.gateway.transfer.SmallRoom.hashed;
import static dev.headwater.gateway.transfer.SmallRoom.lines;
import static dev.headwater.gateway.transfer.SmallRoom.message;
import static dev.headwater.gateway.transfer.SmallRoom.ofSize;
import static dev.headwater.gateway.transfer.SmallRoom.rawlySigned;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.id.EventId;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.EventSigner;
import dev.headwater.sign.SignedRoom;
import dev.headwater.sign.VerifyKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** Bad events in a dump, one at a time among good ones: each is reported with its reason, and costs nobody else anything. */
class BadEventsTest {
    private static final EventSigner STRANGER = EventSigner.of("stranger.example");

    private final MemoryEventStore store = new MemoryEventStore();

    @TempDir
    private Path directory;

    /** An event, as a line, that is not taken. */
    private record Bad(String what, RoomVersion version, String reason, Function<SignedRoom, byte[]> line) {
        @Override
        public String toString() {
            return what + ", version " + version.identifier();
        }
    }

    private static final class Table {
        private final List<Bad> rows = new ArrayList<>();

        /** One row for each version from {@code first} to {@code last}. */
        void add(String what, RoomVersion first, RoomVersion last, String reason, Function<SignedRoom, byte[]> line) {
            for (RoomVersion version : RoomVersion.values()) {
                if (version.atLeast(first) && last.atLeast(version)) {
                    rows.add(new Bad(what, version, reason, line));
                }
            }
        }

        /** A draft that is spoilt before it is hashed and signed, by somebody who can. */
        void draft(String what, RoomVersion first, RoomVersion last, String reason, UnaryOperator<ObjectNode> spoil) {
            add(what, first, last, reason, room -> bytes(rawlySigned(room, spoil.apply(message(room)))));
        }

        /** The text of a good event that is spoilt on its way. */
        void text(String what, RoomVersion first, RoomVersion last, String reason, String part, String by) {
            add(what, first, last, reason, room -> {
                String line = line(room.signed(message(room)));
                String spoilt = line.replace(part, by);
                assertThat(spoilt).isNotEqualTo(line);
                return spoilt.getBytes(StandardCharsets.UTF_8);
            });
        }
    }

    static Stream<Bad> bad() {
        RoomVersion v1 = RoomVersion.V1;
        RoomVersion v12 = RoomVersion.V12;
        Table table = new Table();
        signatures(table);
        table.text("without hashes", v1, v12, "bad-hashes", "\"hashes\":", "\"x\":");
        sizes(table);
        for (String name : List.of("type", "sender", "room_id")) {
            table.text(
                    name + " is a number", v1, v12, "bad-shape", "\"" + name + "\":\"", "\"" + name + "\":5,\"x\":\"");
        }
        table.text("content is an array", v1, v12, "bad-shape", "\"content\":{\"body\":\"bad\"}", "\"content\":[]");
        table.text("state_key is null", v1, v12, "bad-shape", "\"content\":", "\"state_key\":null,\"content\":");
        depths(table);
        numbers(table);
        table.text("a key twice", v1, v12, "bad-json", "\"body\":\"bad\"", "\"body\":\"bad\",\"body\":\"worse\"");
        table.text("a key twice, once escaped", v1, v12, "bad-json", "\"body\":\"bad\"", "\"body\":1,\"\\u0062ody\":2");
        table.text("a lone surrogate", v1, v12, "bad-json", "\"body\":\"bad\"", "\"body\":\"\\ud800\"");
        table.add("overlong UTF-8", v1, v12, "bad-json", room -> withBytes(room, (byte) 0xc0, (byte) 0x80));
        table.add("a byte that is not UTF-8", v1, v12, "bad-json", room -> withBytes(room, (byte) 0xff));
        table.text("NUL in the sender", v1, v12, "bad-identifier", "\"" + EVA + "\"", "\"@e\\u0000:e.example\"");
        shapes(table);
        return table.rows.stream();
    }

    private static void signatures(Table table) {
        RoomVersion v1 = RoomVersion.V1;
        RoomVersion v12 = RoomVersion.V12;
        table.add("signed by nobody", v1, v12, "not-signed", room -> bytes(hashed(message(room))));
        table.add(
                "signed by another server only",
                v1,
                v12,
                "not-signed",
                room -> line(room.server("b.example").pdu(message(room), room.version()))
                        .getBytes(StandardCharsets.UTF_8));
        table.add("signed with a key that nobody knows", v1, v12, "key-not-known", room -> {
            ObjectNode event = room.draft("@x:stranger.example", "m.room.message", "{}");
            return line(STRANGER.pdu(event, room.version())).getBytes(StandardCharsets.UTF_8);
        });
        table.add("changed after it was signed", v1, v12, "signature-wrong", room -> {
            ObjectNode event = room.server("e.example").hashAndSign(message(room), room.version());
            return bytes(event.put("origin_server_ts", 5));
        });
        table.add("with a signature cut short", v1, v12, "signature-wrong", room -> {
            ObjectNode event = room.server("e.example").hashAndSign(message(room), room.version());
            event.withObject("signatures").withObject("e.example").put("ed25519:1", "AAAA");
            return bytes(event);
        });
    }

    private static void sizes(Table table) {
        RoomVersion v1 = RoomVersion.V1;
        RoomVersion v12 = RoomVersion.V12;
        table.add("too large by one byte", v1, v12, "bad-size", room -> bytes(ofSize(room, 65_537)));
        for (String name : List.of("type", "state_key")) {
            table.draft(name + " of 256 characters", v1, v12, "bad-size", event -> event.put(name, "x".repeat(256)));
        }
        table.draft(
                "an event ID of 256 characters",
                v1,
                RoomVersion.V2,
                "bad-size",
                event -> event.put("event_id", "$" + "x".repeat(245) + ":e.example"));
        table.draft(
                "a room ID of 256 characters",
                v1,
                RoomVersion.V11,
                "bad-size",
                event -> event.put("room_id", "!" + "x".repeat(245) + ":e.example"));
        table.draft(
                "a type of 256 bytes", RoomVersion.V11, v12, "bad-size", event -> event.put("type", "é".repeat(128)));
        table.text("a sender of 256 characters", v1, v12, "bad-size", EVA, "@" + "e".repeat(246) + ":e.example");
    }

    private static void depths(Table table) {
        RoomVersion v5 = RoomVersion.V5;
        RoomVersion v6 = RoomVersion.V6;
        for (String depth : List.of("-1", "\"5\"", "true", "null")) {
            table.text(
                    "a depth of " + depth,
                    RoomVersion.V1,
                    RoomVersion.V12,
                    "bad-depth",
                    "\"depth\":4",
                    "\"depth\":" + depth);
        }
        for (String depth : List.of("9007199254740992", "5.0")) {
            table.text("a depth of " + depth, RoomVersion.V1, v5, "bad-depth", "\"depth\":4", "\"depth\":" + depth);
            table.text("a depth of " + depth, v6, RoomVersion.V12, "bad-number", "\"depth\":4", "\"depth\":" + depth);
        }
    }

    private static void numbers(Table table) {
        for (String number : List.of("1.5", "1e2", "-0", "9007199254740992", "-9007199254740992")) {
            table.text(
                    "a number of " + number,
                    RoomVersion.V6,
                    RoomVersion.V12,
                    "bad-number",
                    "\"body\":\"bad\"",
                    "\"body\":[" + number + "]");
        }
    }

    private static void shapes(Table table) {
        RoomVersion v1 = RoomVersion.V1;
        RoomVersion v2 = RoomVersion.V2;
        RoomVersion v3 = RoomVersion.V3;
        RoomVersion v11 = RoomVersion.V11;
        RoomVersion v12 = RoomVersion.V12;
        table.draft("edges of later versions", v1, v2, "bad-shape", event -> {
            event.putArray("prev_events").add("$x:a.example");
            return event;
        });
        table.draft("edges of the first versions", v3, v12, "bad-shape", event -> {
            event.putArray("prev_events").addArray().add("$x:a.example").addObject();
            return event;
        });
        table.text("without the ID that it must say", v1, v2, "bad-shape", "\"event_id\":", "\"x\":");
        table.add("with an ID that its hash does not give", v3, v12, "bad-event-id", room -> {
            ObjectNode event = room.server("e.example").hashAndSign(message(room), room.version());
            return bytes(event.put("event_id", "$other"));
        });
        table.draft("in another room", v1, v11, "other-room", event -> event.put("room_id", "!other:a.example"));
        table.draft("in another room", v12, v12, "other-room", event -> event.put("room_id", "!" + "A".repeat(43)));
        table.draft(
                "in a room with a domain", v12, v12, "bad-identifier", event -> event.put("room_id", "!r:a.example"));
        table.draft("in a room without a domain", v1, v11, "bad-identifier", event -> event.put("room_id", "!r"));
        table.add("with the create event in auth_events", v12, v12, "bad-create-in-auth", room -> {
            ObjectNode event = message(room);
            event.putArray("auth_events").add(room.pdus().get(0).id().value());
            return bytes(rawlySigned(room, event));
        });
        table.add("naming itself among its parents", v1, v2, "bad-self-reference", room -> {
            ObjectNode event = message(room);
            room.edge(
                    event.putArray("prev_events"),
                    EventId.parse(event.path("event_id").stringValue()));
            return bytes(rawlySigned(room, event));
        });
    }

    @MethodSource("bad")
    @ParameterizedTest
    void isRefusedWithItsReasonWhileItsNeighboursAreTaken(Bad bad) {
        SignedRoom room = SmallRoom.of(bad.version());
        byte[] line = bad.line().apply(room);
        room.say(EVA, "after");
        List<byte[]> lines = lines(room);
        lines.add(3, line);

        ImportReport report = load(room.keys(), lines);

        assertThat(report.refused()).containsOnlyKeys(bad.reason());
        assertThat(report.refusedInAll()).isEqualTo(1);
        assertThat(report.taken()).isEqualTo(4);
        assertThat(Dumps.export(store, room.id())).isEqualTo(room.lines());
    }

    @ParameterizedTest
    @EnumSource
    void oneAmongFiftyCostsTheOthersNothing(RoomVersion version) {
        SignedRoom room = SmallRoom.of(version);
        for (int i = 0; i < 46; i++) {
            room.say(EVA, "message " + i);
        }
        List<byte[]> lines = lines(room);
        lines.add(25, bytes(hashed(message(room))));

        ImportReport report = load(room.keys(), lines);

        assertThat(report.taken()).isEqualTo(49);
        assertThat(report.refused()).containsOnlyKeys("not-signed");
        assertThat(Dumps.export(store, room.id())).isEqualTo(room.lines());
    }

    @ParameterizedTest
    @EnumSource
    void aKeyThatHadExpiredCountsUpToVersion4(RoomVersion version) {
        SignedRoom room = SmallRoom.of(version);
        long expired = room.last().originServerTs();
        Pdu late = room.say(EVA, "late");
        room.say(SignedRoom.ADA, "later");
        VerifyKeys all = room.keys();
        VerifyKeys keys =
                (server, id, at) -> server.value().equals("e.example") && at > expired && at != VerifyKeys.ANY_TIME
                        ? null
                        : all.find(server, id, at);

        ImportReport report = load(keys, lines(room));

        if (version.atLeast(RoomVersion.V5)) {
            assertThat(report.refused()).containsOnlyKeys("key-not-known");
            assertThat(report.taken()).isEqualTo(4);
            assertThat(Dumps.export(store, room.id())).doesNotContain(SignedRoom.line(late));
        } else {
            assertThat(report.refused()).isEmpty();
            assertThat(report.taken()).isEqualTo(5);
        }
    }

    private static byte[] withBytes(SignedRoom room, byte... odd) {
        String line = line(room.signed(message(room)));
        byte[] bytes = line.replace("bad", "b" + "x".repeat(odd.length) + "d").getBytes(StandardCharsets.UTF_8);
        System.arraycopy(odd, 0, bytes, line.indexOf("bad") + 1, odd.length);
        return bytes;
    }

    private static String line(Pdu pdu) {
        return SignedRoom.line(pdu);
    }

    private ImportReport load(VerifyKeys keys, List<byte[]> lines) {
        return Dumps.load(store, Dumps.fileOf(directory, lines), keys, null, false);
    }
}
