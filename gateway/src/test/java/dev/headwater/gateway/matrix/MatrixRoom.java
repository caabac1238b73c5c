package dev.headwater.gateway.matrix;

import dev.headwater.id.EventId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.recorded.RecordedRoom;
import dev.headwater.recorded.RecordedRooms;
import dev.headwater.room.Redaction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A room of one history visibility, and what alder answered about it while cedar was in each membership. */
final class MatrixRoom {
    static final List<String> KINDS = List.of("world_readable", "shared", "invited", "joined", "absent", "nonsense");
    static final List<String> MOMENTS = List.of("1-never", "2-invited", "3-joined", "4-left", "5-banned", "6-back");

    final String kind;
    final RecordedRoom room;
    /** The message that stands for each moment. */
    final Map<String, EventId> telling = new LinkedHashMap<>();
    // moment, then event, asker, endpoint
    private final Map<String, ObjectNode> single = new HashMap<>();
    private final Map<String, Set<EventId>> held = new HashMap<>();
    private final List<Asked> lists = new ArrayList<>();
    private final Map<String, Form> forms = new HashMap<>();

    /** An event as it may be answered. */
    record Form(EventId event, boolean full) {}

    /** What one endpoint said about an event; {@code answer} is its word for it, or a whole list. */
    record Asked(String moment, EventId event, String asker, String endpoint, JsonNode answer) {}

    MatrixRoom(String kind) {
        this.kind = kind;
        room = RecordedRooms.read("matrix-" + kind);
        for (String moment : MOMENTS) {
            ObjectNode answers = StrictJson.object(resource("expected/visibility-" + moment + ".json"));
            single.put(moment, answers);
            Set<EventId> events = new LinkedHashSet<>();
            answers.properties().forEach(event -> events.add(EventId.parse(event.getKey())));
            held.put(moment, events);
        }
        room.events().forEach((id, pdu) -> {
            forms.put(canonical(Redaction.redact(pdu.json(), pdu.version())), new Form(id, false));
            forms.put(canonical(pdu.json()), new Form(id, true));
        });
        StrictJson.object(resource("labels.json"))
                .properties()
                .forEach(label -> telling.put(
                        label.getKey(), EventId.parse(label.getValue().stringValue())));
        for (String line : lines(resource("expected/endpoints.ndjson.gz"))) {
            ObjectNode entry = StrictJson.object(line.getBytes(StandardCharsets.UTF_8));
            lists.add(new Asked(
                    entry.path("moment").stringValue(),
                    EventId.parse(entry.path("event_id").stringValue()),
                    entry.path("asker").stringValue(),
                    entry.path("endpoint").stringValue(),
                    entry));
        }
    }

    /** What alder held at a moment, oldest first. */
    Set<EventId> held(String moment) {
        return Objects.requireNonNull(held.get(moment));
    }

    /** Which event was answered; fails if it is neither in full nor redacted. */
    Form form(JsonNode pdu) {
        return Objects.requireNonNull(forms.get(canonical(pdu)), () -> "neither in full nor redacted: " + pdu);
    }

    private static String canonical(JsonNode event) {
        return new String(CanonicalJson.encode(event), StandardCharsets.UTF_8);
    }

    /** Everything that was asked at a moment. */
    List<Asked> asked(String moment) {
        List<Asked> asked = new ArrayList<>();
        for (Map.Entry<String, JsonNode> event : at(moment).properties()) {
            for (Map.Entry<String, JsonNode> asker : event.getValue().properties()) {
                for (Map.Entry<String, JsonNode> endpoint : asker.getValue().properties()) {
                    asked.add(new Asked(
                            moment,
                            EventId.parse(event.getKey()),
                            asker.getKey(),
                            endpoint.getKey(),
                            endpoint.getValue()));
                }
            }
        }
        lists.stream().filter(each -> each.moment.equals(moment)).forEach(asked::add);
        return asked;
    }

    /** The moment at which an event was first there. */
    String bornAt(EventId event) {
        return MOMENTS.stream()
                .filter(moment -> held(moment).contains(event))
                .findFirst()
                .orElseThrow();
    }

    private ObjectNode at(String moment) {
        return Objects.requireNonNull(single.get(moment));
    }

    private byte[] resource(String name) {
        String path = "/rooms/recorded/matrix-" + kind + "/" + name;
        try (InputStream in = Objects.requireNonNull(RecordedRooms.class.getResourceAsStream(path), path);
                InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(in) : in) {
            return plain.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).lines().toList();
    }
}
