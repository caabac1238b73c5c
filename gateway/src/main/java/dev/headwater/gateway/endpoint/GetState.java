package dev.headwater.gateway.endpoint;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.Endpoint;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.Route;
import dev.headwater.history.EventContext;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.NotDerivableException;
import dev.headwater.history.PlacedEvent;
import dev.headwater.history.ShownEvents;
import dev.headwater.history.Viewer;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * {@code GET /_matrix/federation/v1/state/{roomId}?event_id=…}: the state of the room before an event, and the events that
 * authorise it.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1stateroomid">Specification</a>
 */
public final class GetState implements Endpoint<EventInRoom> {
    private static final Route ROUTE = Route.of("state", "GET", "/_matrix/federation/v1/state/{roomId}", true);

    private final EventStore store;
    private final EventContext context;
    private final ShownEvents events;
    private final AloneSight sight;

    /** @param sight to whom events are shown of which the state is asked for */
    public GetState(EventStore store, AloneSight sight) {
        this.store = store;
        this.context = new EventContext(store);
        this.events = new ShownEvents(store);
        this.sight = sight;
    }

    @Override
    public Route route() {
        return ROUTE;
    }

    @Override
    public EventInRoom parse(FederationRequest request) {
        return EventInRoom.ofQuery(request);
    }

    @Override
    public RoomId room(EventInRoom question) {
        return question.room();
    }

    /** Only the event is looked up before access is decided; the rest is read once the answer is asked for. */
    @Override
    public Mono<Answer> answer(EventInRoom question, @Nullable ServerName asker) {
        Viewer viewer = sight.of(Endpoint.required(asker));
        return question.locatedIn(store).map(found -> answer(found, question, viewer));
    }

    private Answer answer(Located found, EventInRoom question, Viewer viewer) {
        return JsonEvents.later(context.before(found, question.event(), viewer)
                .onErrorMap(NotDerivableException.class, EventInRoom::notDerivable)
                .switchIfEmpty(Mono.error(EventInRoom::notFound))
                .map(state -> new JsonEvents.Lists(
                        named("pdus", found, state.events()), named("auth_chain", found, state.authChain()))));
    }

    private JsonEvents.Named named(String name, Located found, List<PlacedEvent> listed) {
        return new JsonEvents.Named(
                name,
                listed.size(),
                events.at(found.head().room(), PlacedEvent.places(listed), AloneSight.ofState())
                        .map(event -> ShownBytes.of(event, found.head().roomVersion())));
    }
}
