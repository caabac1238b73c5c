package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.EventHashes;
import dev.headwater.event.Pdu;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.history.BackfillWalk;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.Sight;
import dev.headwater.id.EventId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.EventSigner;
import dev.headwater.sign.SignedRoom;
import dev.headwater.sign.VerifyKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** Bad events in a dump, one at a time among good ones: each is reported with its reason, and costs nobody else anything. */
class BadEventsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String EVA = "@eva:e.example";
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
        SignedRoom room = room(bad.version());
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
        SignedRoom room = room(version);
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
        SignedRoom room = room(version);
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

    @ParameterizedTest
    @EnumSource
    void takesWhatIsJustWithinTheLimits(RoomVersion version) {
        SignedRoom room = room(version);
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
        SignedRoom room = room(version);
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
        SignedRoom room = room(version);
        ObjectNode bridge = message(room);
        room.edge(bridge.withArray("prev_events"), there.id());
        Pdu event = room.add(bridge);

        assertThat(load(room.keys(), lines(room)).refused()).isEmpty();

        assertThat(walk(room, event.id()))
                .containsExactlyInAnyOrderElementsOf(
                        room.pdus().stream().map(Pdu::id).toList());
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheRedactedCopyWhereTheContentHashIsWrong(RoomVersion version) {
        SignedRoom room = room(version);
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
        SignedRoom room = room(version);
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
        SignedRoom room = room(version);
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
        SignedRoom room = room(version);
        StringBuilder users = new StringBuilder();
        StringBuilder servers = new StringBuilder("\"*\"");
        for (int i = 0; i < 2_500; i++) {
            users.append(i == 0 ? "" : ",")
                    .append("\"@u")
                    .append(i)
                    .append(":e.example\":")
                    .append(i % 100);
            servers.append(",\"*s").append(i).append(".*.example\"");
        }
        room.state(SignedRoom.ADA, "m.room.power_levels", "", "{\"users\":{" + users + "}}");
        room.state(SignedRoom.ADA, "m.room.server_acl", "", "{\"allow\":[\"*\"],\"deny\":[" + servers + "]}");
        Pdu message = room.say(EVA, "hers");
        for (int i = 0; i < 40; i++) {
            room.redact("@u" + i + ":other.example", message.id());
        }

        assertThat(load(room.keys(), lines(room)).refused()).isEmpty();

        assertThat(Dumps.verify(store, room.id()).examples()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"V1", "V2"})
    void walksACycleOnce(RoomVersion version) {
        SignedRoom room = room(version);
        ObjectNode first = message(room);
        room.edge(first.withArray("prev_events"), EventId.parse("$closing:e.example"));
        room.add(first);
        room.say(EVA, "between");
        Pdu last = room.add(message(room).put("event_id", "$closing:e.example"));

        assertThat(load(room.keys(), lines(room)).refused()).isEmpty();

        assertThat(walk(room, room.pdus().get(3).id(), last.id()))
                .containsExactlyInAnyOrderElementsOf(
                        room.pdus().stream().map(Pdu::id).toList());
        VerifyReport report = Dumps.verify(store, room.id());
        assertThat(report.examples()).isEmpty();
        assertThat(report.severed()).isEqualTo(1);
    }

    @Test
    void takesAnEventWithAThousandParents() {
        SignedRoom room = room(RoomVersion.V10);
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

        assertThat(walk(room, last.id())).hasSize(1_004).first().isEqualTo(last.id());
    }

    /** Three events: the create event, a join, a message. */
    private static SignedRoom room(RoomVersion version) {
        SignedRoom room = new SignedRoom(version);
        room.server("b.example");
        room.join(EVA);
        room.say(EVA, "before");
        return room;
    }

    private static ObjectNode message(SignedRoom room) {
        return room.draft(EVA, "m.room.message", "{\"body\":\"bad\"}");
    }

    private static ObjectNode hashed(ObjectNode event) {
        event.putObject("hashes").put("sha256", UnpaddedBase64.encode(EventHashes.content(event)));
        return event;
    }

    private static ObjectNode rawlySigned(SignedRoom room, ObjectNode event) {
        return room.server("e.example").hashAndSign(event, room.version());
    }

    private static ObjectNode ofSize(SignedRoom room, int size) {
        ObjectNode event = message(room).put("pad", "");
        int length = CanonicalJson.encode(rawlySigned(room, event.deepCopy())).length;
        return rawlySigned(room, event.put("pad", "x".repeat(size - length)));
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

    private static byte[] bytes(ObjectNode event) {
        return CanonicalJson.encode(event);
    }

    private static List<byte[]> lines(SignedRoom room) {
        List<byte[]> lines = new ArrayList<>();
        room.lines().forEach(line -> lines.add(line.getBytes(StandardCharsets.UTF_8)));
        return lines;
    }

    private ImportReport load(VerifyKeys keys, List<byte[]> lines) {
        try {
            Path file = Files.createTempFile(directory, "room", ".ndjson");
            try (var out = Files.newOutputStream(file)) {
                for (byte[] line : lines) {
                    out.write(line);
                    out.write('\n');
                }
            }
            return Objects.requireNonNull(new RoomImport(store, keys, SignatureProvider.fastest(), false)
                    .run(file, null, Dumps.NOBODY)
                    .block(PATIENCE));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<EventId> walk(SignedRoom room, EventId... from) {
        return Objects.requireNonNull(new BackfillWalk(store)
                .walk(room.id(), List.of(from), 10_000, side -> Sight.SHOWN)
                .map(event -> event.id())
                .collectList()
                .block(PATIENCE));
    }
}
