package dev.headwater.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.EventHashes;
import dev.headwater.event.Pdu;
import dev.headwater.event.Verified;
import dev.headwater.id.EventId;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.StrictJson;
import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PduSignatures;
import dev.headwater.sign.PinnedKeys;
import dev.headwater.sign.VerifyKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every event of every recorded room is what its servers say it is. */
class RecordedRoomsTest {
    private static final PinnedKeys KEYS = RecordedRooms.keys();

    static List<RecordedRoom> rooms() {
        return RecordedRooms.all();
    }

    @Test
    void theDocumentNamesEveryRoomThatIsThere() throws IOException {
        assertThat(RoomsDocument.table("The rooms").keySet()).containsExactlyElementsOf(RecordedRooms.NAMES);
        Path tests = RecordedRooms.path("core/src/test/resources/rooms/recorded");
        try (Stream<Path> directories = Files.list(tests).filter(Files::isDirectory)) {
            assertThat(Stream.concat(
                            Stream.of(RecordedRooms.DEMO),
                            directories.map(path -> path.getFileName().toString())))
                    .containsExactlyInAnyOrderElementsOf(RecordedRooms.NAMES);
        }
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void everyEventChecks(RecordedRoom room) {
        Set<EventId> before = new HashSet<>();
        for (Pdu pdu : room.events().values()) {
            assertThat(room.verified(pdu.id())).as("%s", pdu).isEqualTo(new Verified.AllGood());
            assertThat(pdu.room()).isEqualTo(room.id());
            assertThat(before)
                    .as("what %s names stands before it, under the same IDs", pdu)
                    .containsAll(pdu.prevEvents())
                    .containsAll(pdu.authEvents());
            assertThat(pdu.prevEvents().isEmpty()).isEqualTo(before.isEmpty());
            before.add(pdu.id());
        }
    }

    /** An ID of version 3 and later is computed from the event: it is right if another server calls the event so. */
    @ParameterizedTest
    @MethodSource("rooms")
    void everyIdIsWhatTheServersCallTheEvent(RecordedRoom room) {
        Set<EventId> named = new HashSet<>();
        room.events().values().forEach(pdu -> named.addAll(pdu.prevEvents()));
        for (String kind : List.of("backfill", "get_missing_events")) {
            for (JsonNode answer : room.answers(kind)) {
                answer.path("pdus").forEach(id -> named.add(EventId.parse(id.stringValue())));
                answer.path("events").forEach(id -> named.add(EventId.parse(id.stringValue())));
            }
        }
        room.moments().forEach(moment -> named.addAll(moment.events()));
        assertThat(room.events().keySet()).containsAll(named);
        Set<EventId> unnamed = new HashSet<>(room.events().keySet());
        unnamed.removeAll(named);
        assertThat(unnamed)
                .as("not called anything by anybody")
                .isSubsetOf(room.extremities(room.events().keySet()));
        assertThat(unnamed.isEmpty()).isEqualTo(!room.name().equals(RecordedRooms.DEMO));
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void readingAgainWhatWasReadChangesNothing(RecordedRoom room) {
        for (String line : room.lines()) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            var json = StrictJson.object(bytes, Numbers.LENIENT);
            EventId id = room.version().atLeast(RoomVersion.V3)
                    ? EventId.parse("$" + hash(room.version(), json))
                    : EventId.parse(json.path("event_id").stringValue());
            assertThat(room.event(id).json()).isEqualTo(json);
            assertThat(new String(room.event(id).bytes(), StandardCharsets.UTF_8))
                    .isEqualTo(line);
        }
    }

    private static String hash(RoomVersion version, tools.jackson.databind.node.ObjectNode json) {
        byte[] hash = EventHashes.reference(json, version);
        return version == RoomVersion.V3 ? UnpaddedBase64.encode(hash) : UnpaddedBase64.encodeUrlSafe(hash);
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void theDocumentsTableIsTrue(RecordedRoom room) {
        Map<EventId, Integer> children = new HashMap<>();
        Map<Long, Integer> depths = new HashMap<>();
        int merges = 0;
        int signatures = 0;
        for (Pdu pdu : room.events().values()) {
            pdu.prevEvents().forEach(parent -> children.merge(parent, 1, Integer::sum));
            depths.merge(pdu.depth(), 1, Integer::sum);
            merges += pdu.prevEvents().size() > 1 ? 1 : 0;
            signatures += goodSignatures(pdu);
        }
        byte[] packed = RecordedRooms.packed(room.name());
        Map<String, String> measured = new LinkedHashMap<>();
        measured.put("version", room.version().identifier());
        measured.put("events", "" + room.events().size());
        measured.put("signatures", "" + signatures);
        measured.put("merges", "" + merges);
        measured.put("forks", "" + several(children));
        measured.put("tied depths", "" + several(depths));
        measured.put(
                "highest depth",
                "" + depths.keySet().stream().max(Long::compare).orElseThrow());
        measured.put("bytes", "" + RecordedRooms.unpacked(packed).length);
        measured.put("packed", "" + packed.length);
        assertThat(measured).isEqualTo(RoomsDocument.table("The rooms").get(room.name()));
    }

    private static long several(Map<?, Integer> counts) {
        return counts.values().stream().filter(count -> count > 1).count();
    }

    /** All that the event carries; those that it would not need are checked here, the others were. */
    private static int goodSignatures(Pdu pdu) {
        int good = 0;
        for (Map.Entry<String, JsonNode> server : pdu.json().path("signatures").properties()) {
            ServerName name = ServerName.parse(server.getKey());
            boolean checked = server.getValue().size() == 1
                    && PduSignatures.neededSigners(pdu).contains(name);
            for (Map.Entry<String, JsonNode> signature : server.getValue().properties()) {
                assertThat(checked || isGood(pdu, name, signature.getKey(), signature.getValue()))
                        .as("%s of %s on %s", signature.getKey(), name, pdu)
                        .isTrue();
                good++;
            }
        }
        return good;
    }

    private static boolean isGood(Pdu pdu, ServerName server, String id, JsonNode signature) {
        VerifyKey key = Objects.requireNonNull(KEYS.find(server, KeyId.parse(id), pdu.originServerTs()));
        return Ed25519.jdk().verify(key, pdu.signedBytes(), UnpaddedBase64.decode(signature.stringValue()));
    }
}
