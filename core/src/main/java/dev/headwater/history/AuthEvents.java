package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.InvalidIdException;
import dev.headwater.json.StrictJson;
import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The {@code auth_events} in an event's bytes, without reading the rest of them into objects. */
final class AuthEvents {
    private static final String NAME = "auth_events";

    private AuthEvents() {}

    /**
     * Each once, in order. In room versions 1 and 2 an edge is a list that begins with the ID.
     *
     * @param body that the store took, so it is JSON
     */
    static Set<EventId> of(byte[] body, int offset, int length) {
        Set<EventId> found = new LinkedHashSet<>();
        try (JsonParser parser = StrictJson.tokens(body, offset, length)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    boolean wanted = parser.currentName().equals(NAME);
                    if (parser.nextToken() == JsonToken.START_ARRAY && wanted) {
                        edges(parser, found);
                    } else {
                        parser.skipChildren();
                    }
                }
            }
        }
        return found;
    }

    private static void edges(JsonParser parser, Set<EventId> found) {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.START_ARRAY) {
                firstOfPair(parser, found);
            } else {
                add(token, parser, found);
                parser.skipChildren();
            }
        }
    }

    private static void firstOfPair(JsonParser parser, Set<EventId> found) {
        boolean first = true;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (first) {
                add(token, parser, found);
            }
            first = false;
            parser.skipChildren();
        }
    }

    private static void add(JsonToken token, JsonParser parser, Set<EventId> found) {
        if (token == JsonToken.VALUE_STRING) {
            try {
                found.add(EventId.parse(parser.getString()));
            } catch (InvalidIdException odd) {
                // No event has such an ID, so none authorises by it.
            }
        }
    }
}
