package dev.headwater.gateway.endpoint;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.Endpoint;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.RefusedException;
import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.gateway.http.Route;
import dev.headwater.history.EventByTime;
import dev.headwater.history.EventStore;
import dev.headwater.history.PagesByTime;
import dev.headwater.history.TimeDirection;
import dev.headwater.history.Viewer;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * {@code GET /_matrix/federation/v1/timestamp_to_event/{roomId}?ts=…&dir=…}: the event of a room that is next to a moment, of
 * those that the asker gets to see, in full or redacted. No more of it is told than its ID and time.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1timestamp_to_eventroomid">
 *     Specification</a>
 */
public final class GetTimestampToEvent implements Endpoint<EventByTime.Asked> {
    private static final Route ROUTE =
            Route.of("timestamp_to_event", "GET", "/_matrix/federation/v1/timestamp_to_event/{roomId}", true);
    private static final String TS_EXPECTED = "ts: expected one number of milliseconds, from 0 to 2^53-1";
    private static final String DIR_EXPECTED = "dir: expected either f or b";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,16}");
    private static final long MAX_TS = (1L << 53) - 1;

    private final EventByTime events;
    private final AloneSight sight;

    /** @param sight to whom events are shown */
    public GetTimestampToEvent(EventStore store, AloneSight sight) {
        this.events = new EventByTime(store);
        this.sight = sight;
    }

    @Override
    public Route route() {
        return ROUTE;
    }

    @Override
    public EventByTime.Asked parse(FederationRequest request) {
        return new EventByTime.Asked(
                request.pathId("roomId", RoomId::parse),
                ts(only(request.queryValues("ts"), TS_EXPECTED)),
                direction(only(request.queryValues("dir"), DIR_EXPECTED)));
    }

    private static String only(List<@Nullable String> values, String expected) {
        if (values.isEmpty()) {
            throw new RefusedException(Cause.MISSING_PARAMETER, expected);
        }
        String value = values.get(0);
        if (value == null || values.size() > 1) {
            throw new RefusedException(Cause.BAD_PARAMETER, expected);
        }
        return value;
    }

    private static long ts(String value) {
        if (!NUMBER.matcher(value).matches() || Long.parseLong(value) > MAX_TS) {
            throw new RefusedException(Cause.BAD_PARAMETER, TS_EXPECTED);
        }
        return Long.parseLong(value);
    }

    private static TimeDirection direction(String value) {
        return switch (value) {
            case "f" -> TimeDirection.FORWARDS;
            case "b" -> TimeDirection.BACKWARDS;
            default -> throw new RefusedException(Cause.BAD_PARAMETER, DIR_EXPECTED);
        };
    }

    @Override
    public RoomId room(EventByTime.Asked question) {
        return question.room();
    }

    /** Only pages are named before access is decided; they are read once the answer is asked for. */
    @Override
    public Mono<Answer> answer(EventByTime.Asked question, @Nullable ServerName asker) {
        Viewer viewer = sight.of(Endpoint.required(asker));
        return events.begin(question)
                .<Answer>map(begun -> new Answer.Streamed((allocator, written) -> find(question, begun, viewer)
                        .doOnNext(found -> written.accept(1))
                        .flux()))
                .switchIfEmpty(Mono.error(GetTimestampToEvent::nothingFound));
    }

    private Mono<ByteBuf> find(EventByTime.Asked question, PagesByTime begun, Viewer viewer) {
        return events.find(question, begun, viewer)
                .map(found -> Unpooled.wrappedBuffer(JsonMapper.shared()
                        .writeValueAsBytes(JsonNodeFactory.instance
                                .objectNode()
                                .put("event_id", found.id().value())
                                .put("origin_server_ts", found.originServerTs()))))
                .switchIfEmpty(Mono.error(GetTimestampToEvent::nothingFound));
    }

    private static RefusedException nothingFound() {
        return new RefusedException(Cause.NOTHING_FOUND, "no event is known here on that side of the time");
    }
}
