package dev.headwater.gateway.endpoint;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.Route;
import dev.headwater.gateway.http.Slice;
import dev.headwater.history.EventContext;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.PlacedEvent;
import dev.headwater.history.Viewer;
import dev.headwater.id.EventId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * {@code GET /_matrix/federation/v1/state_ids/{roomId}?event_id=…}: as {@link GetState}, but the IDs only.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1state_idsroomid">Specification</a>
 */
public final class GetStateIds extends AroundEvent {
    private static final Route ROUTE = Route.of("state_ids", "GET", "/_matrix/federation/v1/state_ids/{roomId}", true);

    private final EventContext context;

    /** @param sight to whom events are shown of which the state is asked for */
    public GetStateIds(EventStore store, AloneSight sight) {
        super(ROUTE, store, sight);
        this.context = new EventContext(store);
    }

    @Override
    public EventInRoom parse(FederationRequest request) {
        return EventInRoom.ofQuery(request);
    }

    @Override
    Mono<JsonEvents.Lists> lists(Located found, EventId event, Viewer viewer) {
        return context.before(found, event, viewer)
                .map(state -> new JsonEvents.Lists(
                        named("pdu_ids", state.events()), named("auth_chain_ids", state.authChain())));
    }

    private static JsonEvents.Named named(String name, List<PlacedEvent> listed) {
        return new JsonEvents.Named(
                name, listed.size(), Flux.fromIterable(listed).map(GetStateIds::quoted));
    }

    private static Slice quoted(PlacedEvent event) {
        String id = event.id().value();
        StringBuilder quoted = new StringBuilder(id.length() + 2).append('"');
        JsonStringEncoder.getInstance().quoteAsString(id, quoted);
        return Slice.of(quoted.append('"').toString().getBytes(StandardCharsets.UTF_8));
    }
}
