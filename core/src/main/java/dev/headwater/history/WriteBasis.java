package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.Map;
import java.util.Set;

/**
 * What a writer must know before it publishes, all of one moment.
 *
 * @param head the room's head, or the empty head if the room is not stored
 * @param places where the asked events lie; absent if not stored
 * @param gaps the gaps among the asked events
 * @param marked the asked events of which a redaction was seen
 */
public record WriteBasis(RoomHead head, Map<EventId, Place> places, Map<EventId, Gap> gaps, Set<EventId> marked) {
    public WriteBasis {
        places = Map.copyOf(places);
        gaps = Map.copyOf(gaps);
        marked = Set.copyOf(marked);
    }
}
