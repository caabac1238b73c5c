package dev.headwater.gateway.transfer;

import dev.headwater.id.EventId;
import dev.headwater.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What a stored event says about its place in history, read without building the rest of it.
 *
 * @param depth 0 if it is not an integer of 64 bits
 * @param prevEvents of the shapes of all room versions
 */
record Claims(long depth, List<EventId> prevEvents) {
    /** @param page bytes among which the event stands */
    static Claims of(byte[] page, int offset, int length) {
        long depth = 0;
        List<EventId> prevEvents = List.of();
        try (JsonParser parser = StrictJson.tokens(page, offset, length)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("depth")) {
                    depth = depth(parser, value);
                } else if (name.equals("prev_events") && value == JsonToken.START_ARRAY) {
                    prevEvents = prevEvents(parser);
                } else {
                    parser.skipChildren();
                }
            }
        }
        return new Claims(depth, prevEvents);
    }

    private static long depth(JsonParser parser, JsonToken value) {
        if (value == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        parser.skipChildren();
        return 0;
    }

    private static List<EventId> prevEvents(JsonParser parser) {
        List<EventId> ids = new ArrayList<>();
        for (JsonToken element = parser.nextToken(); element != JsonToken.END_ARRAY; element = parser.nextToken()) {
            if (element == JsonToken.VALUE_STRING) {
                ids.add(new EventId(parser.getString()));
            } else if (element == JsonToken.START_ARRAY && parser.nextToken() == JsonToken.VALUE_STRING) {
                // Room versions 1 and 2 write the ID and its hashes as a pair.
                ids.add(new EventId(parser.getString()));
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    parser.skipChildren();
                }
            } else {
                parser.skipChildren();
            }
        }
        return ids;
    }
}
