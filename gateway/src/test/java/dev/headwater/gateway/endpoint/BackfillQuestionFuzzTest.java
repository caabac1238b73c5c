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
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any room and query: what is asked is bounded and made of identifiers, or refused as the parameters' fault. */
class BackfillQuestionFuzzTest {
    private static final int MAX_LIMIT = 500;

    private final GetBackfill backfill = new GetBackfill(
            ServerName.parse("hs.example"),
            MAX_LIMIT,
            new MemoryEventStore(),
            new AloneSight(new RoomStates(new MemoryEventStore())),
            Clock.systemUTC());

    static Stream<byte[]> questions() {
        return Stream.of(
                        "!room:hs.example?v=%24c10&limit=5",
                        "%21a%7D%7Bb%3Ax?v=$c&v=$c&v=abc&v=&v=%ff&limit=1000000",
                        "!r?limit=9223372036854775807&v=$c",
                        "!r?limit=9223372036854775808&v=$c",
                        "!r?limit=18446744073709551616&v=$c",
                        "!r?limit=%D9%A3&v=$c",
                        "!r?limit=0&v=$c",
                        "!r?limit=-1&v=$c",
                        "!r?limit=1e3&v=$c",
                        "!r?limit=%205&v=$c",
                        "!r?limit=5&limit=5&v=$c",
                        "!r?limit=00000000000000000005&v=$c",
                        "!r?v=$c",
                        "!r?limit=5",
                        "!r?limit=5&v=$%00",
                        "!%c0%af?limit=5&v=$c",
                        "foo?limit=5&v=$c",
                        "!r?%zz=1")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @MethodSource("questions")
    @FuzzTest
    void asksWithinBoundsOrNotAtAll(byte[] bytes) {
        String raw = new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[^!-~]", "");
        int question = raw.indexOf('?');
        String room = question < 0 ? raw : raw.substring(0, question);
        String query = question < 0 ? "" : raw.substring(question + 1);
        GetBackfill.Question asked;
        try {
            asked = backfill.parse(new FederationRequest(Map.of("roomId", room), query));
        } catch (RefusedException e) {
            assertThat(e.reason()).isIn(Cause.BAD_PARAMETER, Cause.MISSING_PARAMETER);
            assertThat(e.getMessage()).doesNotContainPattern("\\p{Cc}");
            return;
        }
        assertThat(asked.limit()).isBetween(1, MAX_LIMIT);
        assertThat(RoomId.parse(asked.room().value())).isEqualTo(asked.room());
        assertThat(asked.from()).isNotEmpty().hasSizeLessThanOrEqualTo(query.length());
        assertThat(asked.from()).allMatch(id -> EventId.parse(id.value()).equals(id));
        assertThat(query).containsPattern("(?:^|&)limit=0*[1-9][0-9]*(?:&|$)|%");
    }
}
