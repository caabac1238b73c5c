package dev.headwater.gateway.endpoint;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.Endpoint;
import dev.headwater.gateway.http.Route;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.NotDerivableException;
import dev.headwater.history.Viewer;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** An endpoint that lists other events around one that the asker must be allowed to see. */
abstract class AroundEvent implements Endpoint<EventInRoom> {
    private final Route route;
    private final EventStore store;
    private final AloneSight sight;

    AroundEvent(Route route, EventStore store, AloneSight sight) {
        this.route = route;
        this.store = store;
        this.sight = sight;
    }

    @Override
    public final Route route() {
        return route;
    }

    @Override
    public final RoomId room(EventInRoom question) {
        return question.room();
    }

    /** Only the event is looked up before access is decided; the rest is read once the answer is asked for. */
    @Override
    public final Mono<Answer> answer(EventInRoom question, @Nullable ServerName asker) {
        Viewer viewer = sight.of(Endpoint.required(asker));
        return question.locatedIn(store)
                .map(found -> JsonEvents.later(lists(found, question.event(), viewer)
                        .onErrorMap(NotDerivableException.class, EventInRoom::notDerivable)
                        .switchIfEmpty(Mono.error(EventInRoom::notFound))));
    }

    /**
     * What is listed, on subscription; empty if the viewer does not see the event, and failing with
     * {@link NotDerivableException} if it cannot be told from what is stored.
     *
     * @param found where the event lies
     */
    abstract Mono<JsonEvents.Lists> lists(Located found, EventId event, Viewer viewer);
}
