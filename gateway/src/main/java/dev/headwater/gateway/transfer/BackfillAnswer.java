package dev.headwater.gateway.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** The events in the body of an answer, each as its bytes stand there: one odd event does not spoil its neighbours. */
final class BackfillAnswer {
    // The places of events are counted in bytes, which another charset would not let be told.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
            .build();

    private BackfillAnswer() {}

    /** @throws TransferException if the body is not one complete {@code {"pdus": [...]}} */
    static List<byte[]> events(byte[] body) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new TransferException("the answer is not a JSON object; expected {\"pdus\": [...]}");
            }
            List<byte[]> events = null;
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean wanted = parser.currentName().equals("pdus");
                JsonToken value = parser.nextToken();
                if (wanted) {
                    events = value == JsonToken.START_ARRAY ? elements(parser, body) : null;
                }
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new TransferException("the answer goes on after its end; expected one JSON object");
            }
            if (events == null) {
                throw new TransferException("the answer has no array 'pdus'; expected {\"pdus\": [...]}");
            }
            return events;
        } catch (JacksonException e) {
            throw new TransferException(
                    "the answer breaks off or is not JSON, at byte " + at(e) + "; expected {\"pdus\": [...]}", e);
        }
    }

    /** Whether the body says itself that it leaves memberships out; of what is no JSON object, false. */
    static boolean omitsMembers(byte[] body) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean asked = parser.currentName().equals("members_omitted");
                if (parser.nextToken() != JsonToken.VALUE_FALSE && asked) {
                    return true;
                }
                parser.skipChildren();
            }
            return false;
        } catch (JacksonException notJson) {
            return false;
        }
    }

    private static List<byte[]> elements(JsonParser parser, byte[] body) {
        List<byte[]> events = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            int begin = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            parser.finishToken();
            events.add(Arrays.copyOfRange(
                    body, begin, (int) parser.currentLocation().getByteOffset()));
        }
        return events;
    }

    private static long at(JacksonException e) {
        return e.getLocation() == null ? 0 : e.getLocation().getByteOffset();
    }
}
