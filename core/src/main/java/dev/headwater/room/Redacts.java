package dev.headwater.room;

import dev.headwater.id.EventId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which event a redaction names. Both places count in every room version, since servers write both; the version's own
 * place comes first.
 *
 * @see <a href="https://spec.matrix.org/v1.18/rooms/v11/">Room version 11, moving the redacts property</a>
 */
public final class Redacts {
    private Redacts() {}

    /** The event that is named; null if {@code event} is no redaction, or names none. */
    public static @Nullable EventId target(ObjectNode event, RoomVersionRules rules) {
        EventId own = ownTarget(event, rules);
        return own != null
                ? own
                : isRedaction(event) ? id(rules.redactsInContent() ? outside(event) : inside(event)) : null;
    }

    /** As {@link #target}, but looks only where the room version wants it. */
    public static @Nullable EventId ownTarget(ObjectNode event, RoomVersionRules rules) {
        return isRedaction(event) ? id(rules.redactsInContent() ? inside(event) : outside(event)) : null;
    }

    private static boolean isRedaction(ObjectNode event) {
        return "m.room.redaction".equals(event.path("type").stringValue(null));
    }

    private static JsonNode outside(ObjectNode event) {
        return event.path("redacts");
    }

    private static JsonNode inside(ObjectNode event) {
        return event.path("content").path("redacts");
    }

    private static @Nullable EventId id(JsonNode place) {
        return place.isString() ? EventId.tryParse(place.stringValue()).orElse(null) : null;
    }
}
