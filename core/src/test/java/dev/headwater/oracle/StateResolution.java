package dev.headwater.oracle;

import dev.headwater.room.RoomVersion;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The state in which branches of a room meet, by the algorithm of its version. */
interface StateResolution {
    /** @param states those after the events that are followed, all of one room */
    Map<StatePair, RoomEvent> resolve(Collection<Map<StatePair, RoomEvent>> states);

    /**
     * The algorithm of a room version.
     *
     * @param rules those of the version
     * @param create the room's create event
     * @param events the room's events by ID
     */
    static StateResolution of(
            AuthorizationRules rules, @Nullable RoomEvent create, Function<String, @Nullable RoomEvent> events) {
        return rules.version().atLeast(RoomVersion.V2)
                ? new StateResolutionV2(rules, create, events)
                : new StateResolutionV1(rules);
    }

    /** All events that hold a pair in some state, by pair. */
    static Map<StatePair, Set<RoomEvent>> held(Collection<Map<StatePair, RoomEvent>> states) {
        Map<StatePair, Set<RoomEvent>> held = new LinkedHashMap<>();
        states.forEach(state -> state.forEach((pair, event) ->
                held.computeIfAbsent(pair, first -> new LinkedHashSet<>()).add(event)));
        return held;
    }
}
