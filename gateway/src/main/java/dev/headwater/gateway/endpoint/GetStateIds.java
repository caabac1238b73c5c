package dev.headwater.gateway.endpoint;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.Endpoint;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.Route;
import dev.headwater.gateway.http.Slice;
import dev.headwater.history.EventContext;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.NotDerivableException;
import dev.headwater.history.PlacedEvent;
import dev.headwater.history.Viewer;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * {@code GET /_matrix/federation/v1/state_ids/{roomId}?event_id=…}: as {@link GetState}, but the IDs only.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1state_idsroomid">Specification</a>
 */
public final class GetStateIds implements Endpoint<EventInRoom> {
    private static final Route ROUTE = Route.of("state_ids", "GET", "/_matrix/federation/v1/state_ids/{roomId}", true);

    private final EventStore store;
    private final EventContext context;
    private final AloneSight sight;

    /** @param sight to whom events are shown of which the state is asked for */
    public GetStateIds(EventStore store, AloneSight sight) {
        this.store = store;
        this.context = new EventContext(store);
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
                        named("pdu_ids", state.events()), named("auth_chain_ids", state.authChain()))));
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
