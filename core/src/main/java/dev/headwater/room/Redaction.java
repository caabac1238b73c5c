package dev.headwater.room;

import dev.headwater.room.RoomVersionRules.KeptContent;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Strips an event of all that its room version does not protect. What is left keeps the event's ID and its signatures.
 *
 * @see <a href="https://spec.matrix.org/v1.18/client-server-api/#redactions">Redactions</a>
 */
public final class Redaction {
    private Redaction() {}

    /** The redacted copy. The event stays as it is; the copy shares the values that are kept. */
    public static ObjectNode redact(ObjectNode event, RoomVersion version) {
        RoomVersionRules rules = RoomVersionRules.of(version);
        ObjectNode redacted = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> member : event.properties()) {
            if (rules.keptMembers().contains(member.getKey())) {
                redacted.set(member.getKey(), member.getValue());
            }
        }
        JsonNode type = event.get("type");
        KeptContent kept = type != null && type.isString() ? rules.keptContent().get(type.stringValue()) : null;
        redacted.set("content", content(event.get("content"), kept));
        return redacted;
    }

    private static ObjectNode content(@Nullable JsonNode content, @Nullable KeptContent kept) {
        ObjectNode left = JsonNodeFactory.instance.objectNode();
        if (kept == null || !(content instanceof ObjectNode object)) {
            return left;
        }
        if (kept.everything()) {
            return object;
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (kept.members().contains(member.getKey())) {
                left.set(member.getKey(), member.getValue());
            }
        }
        kept.within().forEach((name, inner) -> {
            if (object.get(name) instanceof ObjectNode nested) {
                left.set(name, nested.deepCopy().retain(inner));
            }
        });
        return left;
    }
}
