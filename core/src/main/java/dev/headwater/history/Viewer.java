package dev.headwater.history;

import dev.headwater.id.RoomId;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** What one reader gets to see of a room. One that has to {@link #prepare} is for one walk, and for one thread at a time. */
@FunctionalInterface
public interface Viewer {
    /**
     * What is to be seen of an event, by its side data as it stood at most 250 ms before; what is withheld is not walked
     * through. Must not block.
     *
     * @return null if that cannot be told before {@link #prepare} was asked about the event
     */
    @Nullable
    Sight sightOf(Side side);

    /**
     * Reads what {@link #sightOf} needs to know of some events; after it completes that answers for each of them. Starts
     * on subscription; fails with {@link StoreUnavailableException}.
     */
    default Mono<Void> prepare(RoomId room, Collection<Side> sides) {
        return Mono.empty();
    }
}
