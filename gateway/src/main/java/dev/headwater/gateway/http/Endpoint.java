package dev.headwater.gateway.http;

import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One thing that can be asked. Its questions are put in the order of {@link RequestPipeline}.
 *
 * @param <Q> the request once its parameters are understood
 */
public interface Endpoint<Q> {
    Route route();

    /**
     * Reads the parameters; touches nothing else.
     *
     * @throws RefusedException if they are missing or malformed
     */
    Q parse(FederationRequest request);

    /**
     * The question with what must be looked up before it is known which room it is about. An error ends the request;
     * nothing about rooms is told by it but that an event is not known.
     */
    default Mono<Q> complete(Q question) {
        return Mono.just(question);
    }

    /** The room whose members alone may ask, or null if anybody may. */
    @Nullable
    RoomId room(Q question);

    /**
     * Finds out whether there is an answer, by one round trip to the store at most; a streamed one reads the rest while it
     * is written. Subscribed to while access is still being decided: what it finds is dropped if access is refused.
     *
     * @param asker who has proven to ask; null where the route is not signed
     */
    Mono<Answer> answer(Q question, @Nullable ServerName asker);

    /** The asker of a route that is signed, where it cannot be absent. */
    static ServerName required(@Nullable ServerName asker) {
        return Objects.requireNonNull(asker, "history is only for those who say who they are");
    }
}
