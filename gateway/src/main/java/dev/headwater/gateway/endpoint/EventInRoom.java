package dev.headwater.gateway.endpoint;

import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.RefusedException;
import dev.headwater.gateway.http.RefusedException.Cause;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.NotDerivableException;
import dev.headwater.id.EventId;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.RoomId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A question about one event of a room. */
public record EventInRoom(RoomId room, EventId event) {
    /** From a path with {@code roomId} and {@code eventId}. */
    static EventInRoom ofPath(FederationRequest request) {
        return new EventInRoom(request.pathId("roomId", RoomId::parse), request.pathId("eventId", EventId::parse));
    }

    /** From a path with {@code roomId} and a query with {@code event_id}. */
    static EventInRoom ofQuery(FederationRequest request) {
        RoomId room = request.pathId("roomId", RoomId::parse);
        List<@Nullable String> values = request.queryValues("event_id");
        if (values.isEmpty()) {
            throw new RefusedException(Cause.MISSING_PARAMETER, "event_id: expected an event ID");
        }
        String value = values.size() == 1 ? values.get(0) : null;
        if (value == null) {
            throw new RefusedException(Cause.BAD_PARAMETER, "event_id: expected one event ID");
        }
        try {
            return new EventInRoom(room, EventId.parse(value));
        } catch (InvalidIdException e) {
            throw new RefusedException(Cause.BAD_PARAMETER, "event_id: " + e.getMessage());
        }
    }

    /**
     * Looks the event up, on subscription and by one round trip; fails with {@link RefusedException} if the room or the event
     * is not stored, and as {@link EventStore#locate} does.
     */
    Mono<Located> locatedIn(EventStore store) {
        return store.locate(room, List.of(event))
                .filter(found -> !found.places().isEmpty())
                .switchIfEmpty(Mono.error(EventInRoom::notFound));
    }

    static RefusedException notFound() {
        return new RefusedException(Cause.NOTHING_FOUND, "the event is not known here");
    }

    static RefusedException notDerivable(NotDerivableException why) {
        return new RefusedException(
                Cause.NOTHING_FOUND, "this cannot be told from what is known here: " + why.getMessage());
    }
}
