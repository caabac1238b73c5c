package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.id.EventId;
import dev.headwater.id.InvalidIdException;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Any event that the store may hold: read by its tokens, its {@code auth_events} are those of the parsed object. */
class AuthEventsFuzzTest {
    static Stream<byte[]> bodies() {
        return Stream.of(
                        "{}",
                        "{\"auth_events\":[]}",
                        "{\"auth_events\":[\"$a\",\"$b\",\"$a\"],\"content\":{\"auth_events\":[\"$no\"]}}",
                        "{\"content\":{\"auth_events\":[\"$no\"]},\"auth_events\":[\"$a\"]}",
                        "{\"auth_events\":[[\"$a:x\",{\"sha256\":\"h\"}],[\"$b:x\",{}],[],[[\"$no\"]],[5,\"$no\"]]}",
                        "{\"auth_\\u0065vents\":[\"$a\"]}",
                        "{\"auth_events\":\"$a\"}",
                        "{\"auth_events\":{\"$a\":[\"$b\"]}}",
                        "{\"auth_events\":[\"\",\"abc\",null,5,{},\"$ok\"]}",
                        "[\"auth_events\"]")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("bodies")
    @FuzzTest
    void readsWhatTheObjectHolds(byte[] bytes) {
        JsonNode event;
        try {
            event = StrictJson.parse(bytes, StrictJson.Numbers.LENIENT);
        } catch (BadJsonException e) {
            return;
        }
        Set<EventId> expected = new LinkedHashSet<>();
        if (event instanceof ObjectNode && event.path("auth_events").isArray()) {
            for (JsonNode edge : event.path("auth_events")) {
                JsonNode id = edge.isArray() ? edge.path(0) : edge;
                if (id.isString()) {
                    add(expected, id.stringValue());
                }
            }
        }
        byte[] among = new byte[bytes.length + 2];
        System.arraycopy(bytes, 0, among, 1, bytes.length);
        assertThat(AuthEvents.of(among, 1, bytes.length)).containsExactlyElementsOf(expected);
    }

    private static void add(Set<EventId> ids, String text) {
        try {
            ids.add(EventId.parse(text));
        } catch (InvalidIdException odd) {
            // Named by nobody.
        }
    }
}
