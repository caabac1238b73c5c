package dev.headwater.event;

import dev.headwater.id.EventId;
import dev.headwater.room.RoomVersionRules;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which event a redaction names. Both places count in every room version, since servers write both; the version's own
 * place comes first.
 *
 * @see <a href="https://spec.matrix.org/v1.18/rooms/v11/">Room version 11, moving the redacts property</a>
 */
final class Redacts {
    private Redacts() {}

    static @Nullable EventId target(ObjectNode event, RoomVersionRules rules) {
        if (!"m.room.redaction".equals(event.path("type").stringValue(null))) {
            return null;
        }
        JsonNode outside = event.path("redacts");
        JsonNode inside = event.path("content").path("redacts");
        return (rules.redactsInContent() ? List.of(inside, outside) : List.of(outside, inside))
                .stream()
                        .filter(JsonNode::isString)
                        .flatMap(place -> EventId.tryParse(place.stringValue()).stream())
                        .findFirst()
                        .orElse(null);
    }
}
