package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.RefusedException;
import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomStates;
import dev.headwater.id.EventId;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** Any body: what is asked is bounded and made of identifiers, or refused as the body's fault. */
class MissingEventsQuestionFuzzTest {
    private static final int MAX_LIMIT = 50;

    private final GetMissingEvents endpoint = new GetMissingEvents(
            MAX_LIMIT, true, new MemoryEventStore(), new AloneSight(new RoomStates(new MemoryEventStore())));

    static Stream<byte[]> bodies() {
        return Stream.of(
                        "{}",
                        "{\"earliest_events\":[\"$a\"],\"latest_events\":[\"$b\"],\"limit\":10,\"min_depth\":0}",
                        "{\"latest_events\":[\"$a\",\"$a\",\"\",\"abc\",\"$\"],\"limit\":-1}",
                        "{\"limit\":9007199254740991,\"min_depth\":-9007199254740991}",
                        "{\"limit\":9007199254740992}",
                        "{\"limit\":\"10\"}",
                        "{\"limit\":1.5}",
                        "{\"limit\":null,\"latest_events\":null}",
                        "{\"latest_events\":[[\"$a\"]]}",
                        "{\"latest_events\":{\"$a\":1}}",
                        "{\"latest_events\":\"$a\"}",
                        "[]")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("bodies")
    @FuzzTest
    void asksWithinBoundsOrNotAtAll(byte[] bytes) {
        ObjectNode body;
        try {
            body = StrictJson.object(bytes);
        } catch (BadJsonException e) {
            return;
        }
        GetMissingEvents.Question asked;
        try {
            asked = endpoint.parse(new FederationRequest(Map.of("roomId", "!r:x"), "", body));
        } catch (RefusedException e) {
            assertThat(e.reason()).isEqualTo(Cause.BAD_JSON);
            assertThat(e.getMessage()).doesNotContainPattern("\\p{Cc}");
            return;
        }
        assertThat(asked.limit()).isBetween(0, MAX_LIMIT);
        assertThat(asked.latest()).hasSizeLessThanOrEqualTo(GetMissingEvents.MAX_LATEST);
        assertThat(asked.earliest()).hasSizeLessThanOrEqualTo(GetMissingEvents.MAX_EARLIEST);
        assertThat(asked.latest()).allMatch(id -> EventId.parse(id.value()).equals(id));
        assertThat(body.path("latest_events").isMissingNode()
                        || body.path("latest_events").isArray())
                .isTrue();
    }
}
