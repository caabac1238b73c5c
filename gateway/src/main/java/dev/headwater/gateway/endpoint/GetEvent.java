package dev.headwater.gateway.endpoint;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.Endpoint;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.Route;
import dev.headwater.gateway.http.Slice;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.ShownEvents;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@code GET /_matrix/federation/v1/event/{eventId}}: one event, of whatever room.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixfederationv1eventeventid">Specification</a>
 */
public final class GetEvent implements Endpoint<GetEvent.Question> {
    private static final Route ROUTE = Route.of("event", "GET", "/_matrix/federation/v1/event/{eventId}", true);

    private final ServerName self;
    private final EventStore store;
    private final ShownEvents events;
    private final AloneSight sight;
    private final Clock clock;

    /**
     * @param self the {@code origin} of answers
     * @param sight what is shown of events, and to whom
     */
    public GetEvent(ServerName self, EventStore store, AloneSight sight, Clock clock) {
        this.self = self;
        this.store = store;
        this.events = new ShownEvents(store);
        this.sight = sight;
        this.clock = clock;
    }

    @Override
    public Route route() {
        return ROUTE;
    }

    @Override
    public Question parse(FederationRequest request) {
        return new Question(request.pathId("eventId", EventId::parse), null);
    }

    @Override
    public Mono<Question> complete(Question question) {
        return store.find(question.event)
                .map(found -> new Question(question.event, found))
                .switchIfEmpty(Mono.error(EventInRoom::notFound));
    }

    @Override
    public RoomId room(Question question) {
        return question.located().head().room();
    }

    @Override
    public Mono<Answer> answer(Question question, @Nullable ServerName asker) {
        Located found = question.located();
        Flux<Slice> event = events.at(
                        found.head().room(), List.copyOf(found.places().values()), sight.of(Endpoint.required(asker)))
                .map(shown -> ShownBytes.of(shown, found.head().roomVersion()));
        return Mono.just(JsonEvents.transaction(self, clock, event, EventInRoom::notFound));
    }

    /**
     * Which event is asked for.
     *
     * @param found where it lies; null until it was looked up
     */
    public record Question(EventId event, @Nullable Located found) {
        Located located() {
            if (found == null) {
                throw new IllegalStateException("the event was not looked up");
            }
            return found;
        }
    }
}
