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
 * {@code GET /_matrix/federation/v1/event_auth/{roomId}/{eventId}}: the events that authorise an event, without itself, each
 * behind those that authorise it in turn.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1event_authroomideventid">
 *     Specification</a>
 */
public final class GetEventAuth extends AroundEvent {
    private static final Route ROUTE =
            Route.of("event_auth", "GET", "/_matrix/federation/v1/event_auth/{roomId}/{eventId}", true);

    private final EventContext context;
    private final ShownEvents events;

    /** @param sight what is shown of events, and to whom */
    public GetEventAuth(EventStore store, AloneSight sight) {
        super(ROUTE, store, sight);
        this.context = new EventContext(store);
        this.events = new ShownEvents(store);
    }

    @Override
    public EventInRoom parse(FederationRequest request) {
        return EventInRoom.ofPath(request);
    }

    @Override
    Mono<JsonEvents.Lists> lists(Located found, EventId event, Viewer viewer) {
        return context.authChain(found, event, viewer)
                .map(chain -> new JsonEvents.Lists(JsonEvents.shown("auth_chain", chain, found.head(), events)));
    }
}
