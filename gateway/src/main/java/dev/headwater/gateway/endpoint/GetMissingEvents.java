package dev.headwater.gateway.endpoint;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.Endpoint;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.RefusedException;
import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.gateway.http.Route;
import dev.headwater.gateway.http.Slice;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.MissingEventsWalk;
import dev.headwater.history.Viewer;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.room.RoomVersion;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /_matrix/federation/v1/get_missing_events/{roomId}}: the events between {@code latest_events} and {@code
 * earliest_events}, oldest first, at most {@code limit}.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#post_matrixfederationv1get_missing_eventsroomid">
 *     Specification</a>
 */
public final class GetMissingEvents implements Endpoint<GetMissingEvents.Question> {
    /** How many of each list count; peers name their forward extremities, a few dozen at most. */
    static final int MAX_LATEST = 256;

    static final int MAX_EARLIEST = 4_096;

    private static final Route ROUTE =
            Route.of("get_missing_events", "POST", "/_matrix/federation/v1/get_missing_events/{roomId}", true);
    private static final int DEFAULT_LIMIT = 10;

    private final int maxLimit;
    private final boolean honoursMinDepth;
    private final EventStore store;
    private final MissingEventsWalk walk;
    private final AloneSight sight;

    /**
     * @param maxLimit a request for more events is answered with this many
     * @param honoursMinDepth whether {@code min_depth} leaves anything out
     * @param sight what is shown of events, and to whom
     */
    public GetMissingEvents(int maxLimit, boolean honoursMinDepth, EventStore store, AloneSight sight) {
        this.maxLimit = maxLimit;
        this.honoursMinDepth = honoursMinDepth;
        this.store = store;
        this.walk = new MissingEventsWalk(store);
        this.sight = sight;
    }

    @Override
    public Route route() {
        return ROUTE;
    }

    @Override
    public Question parse(FederationRequest request) {
        RoomId room = request.pathId("roomId", RoomId::parse);
        ObjectNode body = request.body();
        return new Question(
                room,
                events(body, "latest_events", MAX_LATEST),
                events(body, "earliest_events", MAX_EARLIEST),
                (int) Math.max(0, Math.min(integer(body, "limit", DEFAULT_LIMIT), maxLimit)),
                integer(body, "min_depth", 0));
    }

    /** What is beyond {@code most} is passed over, as is what is no event ID: such an event is not known here either. */
    private static Set<EventId> events(ObjectNode body, String name, int most) {
        JsonNode list = body.get(name);
        if (list == null) {
            return Set.of();
        }
        if (!list.isArray()) {
            throw bad(name + ": expected a list of event IDs");
        }
        Set<EventId> events = new LinkedHashSet<>();
        for (JsonNode item : list) {
            if (!item.isString()) {
                throw bad(name + ": expected event IDs as strings");
            }
            EventId id = EventIds.orNull(item.stringValue());
            if (id != null && events.size() < most) {
                events.add(id);
            }
        }
        return events;
    }

    private static long integer(ObjectNode body, String name, long ifAbsent) {
        JsonNode value = body.get(name);
        if (value == null) {
            return ifAbsent;
        }
        // Strict JSON has bounded it.
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw bad(name + ": expected an integer");
        }
        return value.longValue();
    }

    private static RefusedException bad(String message) {
        return new RefusedException(Cause.BAD_JSON, message);
    }

    @Override
    public RoomId room(Question question) {
        return question.room;
    }

    @Override
    public Mono<Answer> answer(Question question, @Nullable ServerName asker) {
        Viewer viewer = sight.of(Endpoint.required(asker));
        Set<EventId> named = new LinkedHashSet<>(question.latest);
        named.addAll(question.earliest);
        return store.locate(question.room, named)
                .map(found -> JsonEvents.array("{\"events\":[", events(found, question, viewer), "]}"));
    }

    private Flux<Slice> events(Located found, Question question, Viewer viewer) {
        RoomVersion version = found.head().roomVersion();
        long minDepth = honoursMinDepth ? question.minDepth : Long.MIN_VALUE;
        return walk.walk(found, question.latest, question.earliest, question.limit, minDepth, viewer)
                .map(event -> ShownBytes.of(event, version));
    }

    /** What is asked: the ends of the gap, and how many events of it at most. */
    public record Question(RoomId room, Set<EventId> latest, Set<EventId> earliest, int limit, long minDepth) {}
}
