package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.RefusedException;
import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.history.EventByTime;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomStates;
import dev.headwater.history.TimeDirection;
import dev.headwater.id.RoomId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any room and query: a time and a direction are asked for that stand there, or it is refused as the parameters' fault. */
class TimestampToEventQuestionFuzzTest {
    private final GetTimestampToEvent endpoint =
            new GetTimestampToEvent(new MemoryEventStore(), new AloneSight(new RoomStates(new MemoryEventStore())));

    static Stream<byte[]> questions() {
        return Stream.of(
                        "!room:hs.example?ts=1432684800000&dir=f",
                        "%21a%7D%7Bb%3Ax?dir=b&ts=%30",
                        "!r?ts=9007199254740991&dir=f",
                        "!r?ts=9007199254740992&dir=f",
                        "!r?ts=0000000000000005&dir=%66",
                        "!r?ts=18446744073709551621&dir=f",
                        "!r?ts=-1&dir=b",
                        "!r?ts=1e3&dir=b",
                        "!r?ts=%D9%A3&dir=b",
                        "!r?ts=%ff&dir=b",
                        "!r?ts&dir=b",
                        "!r?ts=5&dir=x",
                        "!r?ts=5&dir=f&dir=f",
                        "!r?ts=5&ts=5&dir=f",
                        "!r?ts=5",
                        "!r?dir=f",
                        "!%c0%af?ts=5&dir=f",
                        "foo?ts=5&dir=f",
                        "!r?%zz=1")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @MethodSource("questions")
    @FuzzTest
    void asksForATimeThatJsonCanNameOrNotAtAll(byte[] bytes) {
        String raw = new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[^!-~]", "");
        int question = raw.indexOf('?');
        String room = question < 0 ? raw : raw.substring(0, question);
        String query = question < 0 ? "" : raw.substring(question + 1);
        EventByTime.Asked asked;
        try {
            asked = endpoint.parse(new FederationRequest(Map.of("roomId", room), query));
        } catch (RefusedException e) {
            assertThat(e.reason()).isIn(Cause.BAD_PARAMETER, Cause.MISSING_PARAMETER);
            assertThat(e.getMessage()).doesNotContainPattern("\\p{Cc}");
            return;
        }
        assertThat(RoomId.parse(asked.room().value())).isEqualTo(asked.room());
        assertThat(asked.ts()).isBetween(0L, (1L << 53) - 1);
        String direction = asked.direction() == TimeDirection.FORWARDS ? "f" : "b";
        assertThat(query).containsPattern("(?:^|&)dir=" + direction + "(?:&|$)|%");
        assertThat(query).containsPattern("(?:^|&)ts=0*" + asked.ts() + "(?:&|$)|%|ts=0+(?:&|$)");
    }
}
