package dev.headwater.history;

import dev.headwater.id.EventId;
import org.jspecify.annotations.Nullable;

/**
 * Which event holds a pair of type and state key in a state.
 *
 * @param place where the event lies; null if it was not stored when the state was told, or if the pair is conflicted
 * @param event the event's ID where {@code place} is null; null if the pair is conflicted
 * @param facts see {@link StateFacts}
 */
public record StateEntry(
        StateKey key, @Nullable Place place, @Nullable EventId event, int facts) {
    static StateEntry conflicted(StateKey key, int visibilities) {
        return new StateEntry(key, null, null, visibilities & StateFacts.VISIBILITIES | StateFacts.CONFLICTED);
    }

    public boolean isConflicted() {
        return (facts & StateFacts.CONFLICTED) != 0;
    }
}
