package dev.headwater.gateway.endpoint;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.Endpoint;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.RefusedException;
import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.gateway.http.Route;
import dev.headwater.gateway.http.Slice;
import dev.headwater.history.BackfillWalk;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.Viewer;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.room.RoomVersion;
import java.math.BigInteger;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@code GET /_matrix/federation/v1/backfill/{roomId}?v=…&v=…&limit=N}: the events named in {@code v} and those before
 * them, newest first, at most {@code limit} in all.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1backfillroomid">Specification</a>
 */
public final class GetBackfill implements Endpoint<GetBackfill.Question> {
    private static final Route ROUTE = Route.of("backfill", "GET", "/_matrix/federation/v1/backfill/{roomId}", true);
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}");
    private static final String LIMIT_EXPECTED = "expected one number from 1 on, below 2^63";

    /** More than peers ask for in one request as a rule, so that all of it is read at once. */
    private static final int READ_AHEAD = 128;

    private final ServerName self;
    private final int maxLimit;
    private final EventStore store;
    private final BackfillWalk walk;
    private final AloneSight sight;
    private final Clock clock;

    /**
     * @param self the {@code origin} of answers
     * @param maxLimit a request for more events is answered with this many
     * @param sight what is shown of events, and to whom
     */
    public GetBackfill(ServerName self, int maxLimit, EventStore store, AloneSight sight, Clock clock) {
        this.self = self;
        this.maxLimit = maxLimit;
        this.store = store;
        this.walk = new BackfillWalk(store);
        this.sight = sight;
        this.clock = clock;
    }

    @Override
    public Route route() {
        return ROUTE;
    }

    @Override
    public Question parse(FederationRequest request) {
        RoomId room = request.pathId("roomId", RoomId::parse);
        return new Question(room, from(request.queryValues("v")), limit(request.queryValues("limit")));
    }

    /** Requesters send on whatever stands in an event's {@code prev_events}, so one odd value must not cost the others. */
    private static Set<EventId> from(List<@Nullable String> values) {
        if (values.isEmpty()) {
            throw new RefusedException(Cause.MISSING_PARAMETER, "v: expected at least one event ID");
        }
        Set<EventId> from = new LinkedHashSet<>();
        for (String value : values) {
            EventId id = value == null ? null : EventIds.orNull(value);
            if (id != null) {
                from.add(id);
            }
        }
        if (from.isEmpty()) {
            throw new RefusedException(Cause.BAD_PARAMETER, "v: none of the values is an event ID");
        }
        return from;
    }

    private int limit(List<@Nullable String> values) {
        if (values.isEmpty()) {
            throw new RefusedException(Cause.MISSING_PARAMETER, "limit: " + LIMIT_EXPECTED);
        }
        String value = values.size() == 1 ? values.get(0) : null;
        if (value == null || !NUMBER.matcher(value).matches()) {
            throw new RefusedException(Cause.BAD_PARAMETER, "limit: " + LIMIT_EXPECTED);
        }
        BigInteger asked = new BigInteger(value);
        if (asked.signum() == 0 || asked.bitLength() > 63) {
            throw new RefusedException(Cause.BAD_PARAMETER, "limit: " + LIMIT_EXPECTED);
        }
        return asked.min(BigInteger.valueOf(maxLimit)).intValue();
    }

    @Override
    public RoomId room(Question question) {
        return question.room;
    }

    @Override
    public Mono<Answer> answer(Question question, @Nullable ServerName asker) {
        Viewer viewer = sight.of(Endpoint.required(asker));
        return store.locate(question.room, question.from)
                .map(start -> JsonEvents.transaction(
                        self, clock, events(start, question.limit, viewer), GetBackfill::nothingFound))
                .switchIfEmpty(Mono.error(GetBackfill::nothingFound));
    }

    private Flux<Slice> events(Located start, int limit, Viewer viewer) {
        RoomVersion version = start.head().roomVersion();
        return walk.walk(start, limit, viewer, READ_AHEAD).map(event -> ShownBytes.of(event, version));
    }

    private static RefusedException nothingFound() {
        return new RefusedException(Cause.NOTHING_FOUND, "none of the events in v is known here");
    }

    /** What is asked: from which events on, and how many at most. */
    public record Question(RoomId room, Set<EventId> from, int limit) {}
}
