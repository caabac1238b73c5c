package dev.headwater.gateway.http;

import dev.headwater.id.RoomId;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be asked. Its three questions are put in the order of {@link RequestPipeline}.
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

    /** The room whose members alone may ask, or null if anybody may. */
    @Nullable
    RoomId room(Q question);

    /** Describes the answer; nothing is read before it is subscribed to. */
    Answer answer(Q question);
}
