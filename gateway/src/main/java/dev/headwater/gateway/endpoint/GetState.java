package dev.headwater.gateway.endpoint;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.Route;
import dev.headwater.history.EventContext;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.ShownEvents;
import dev.headwater.history.Viewer;
import dev.headwater.id.EventId;
import reactor.core.publisher.Mono;

/**
 * {@code GET /_matrix/federation/v1/state/{roomId}?event_id=…}: the state of the room before an event, and the events that
 * authorise it.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1stateroomid">Specification</a>
 */
public final class GetState extends AroundEvent {
    private static final Route ROUTE = Route.of("state", "GET", "/_matrix/federation/v1/state/{roomId}", true);

    private final EventContext context;
    private final ShownEvents events;

    /** @param sight to whom events are shown of which the state is asked for */
    public GetState(EventStore store, AloneSight sight) {
        super(ROUTE, store, sight);
        this.context = new EventContext(store);
        this.events = new ShownEvents(store);
    }

    @Override
    public EventInRoom parse(FederationRequest request) {
        return EventInRoom.ofQuery(request);
    }

    @Override
    Mono<JsonEvents.Lists> lists(Located found, EventId event, Viewer viewer) {
        return context.before(found, event, viewer)
                .map(state -> new JsonEvents.Lists(
                        JsonEvents.shown("pdus", state.events(), found.head(), events),
                        JsonEvents.shown("auth_chain", state.authChain(), found.head(), events)));
    }
}
