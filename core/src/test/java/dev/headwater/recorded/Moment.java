package dev.headwater.recorded;

import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.json.StrictJson;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What one server answered at one time about every event that it held then.
 *
 * @param answers event to asker to endpoint to answer: {@code full}, {@code redacted}, {@code absent} or a status
 */
record Moment(String name, Map<EventId, Map<ServerName, Map<String, String>>> answers) {
    static Moment read(Path file) {
        Map<EventId, Map<ServerName, Map<String, String>>> answers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> event :
                StrictJson.object(RecordedRooms.bytes(file)).properties()) {
            Map<ServerName, Map<String, String>> byAsker = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> asker : event.getValue().properties()) {
                Map<String, String> byEndpoint = new LinkedHashMap<>();
                asker.getValue()
                        .properties()
                        .forEach(endpoint -> byEndpoint.put(
                                endpoint.getKey(), endpoint.getValue().stringValue()));
                byAsker.put(ServerName.parse(asker.getKey()), byEndpoint);
            }
            answers.put(EventId.parse(event.getKey()), byAsker);
        }
        String name = file.getFileName().toString();
        return new Moment(name.substring("visibility-".length(), name.length() - ".json".length()), answers);
    }

    Set<EventId> events() {
        return answers.keySet();
    }

    /** Whether the answers are those of {@code server}: of alder, unless the name says otherwise. */
    boolean askedOf(ServerName server) {
        String asked = name.contains("asked-of-") ? name.substring(name.lastIndexOf('-') + 1) : "alder";
        return server.value().startsWith(asked + ".");
    }
}
