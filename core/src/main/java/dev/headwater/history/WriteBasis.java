package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.UserId;
import java.util.Map;
import java.util.Set;

/**
 * What a writer must know before it publishes, all of one moment.
 *
 * @param head the room's head, or the empty head if the room is not stored
 * @param places where the asked events lie; absent if not stored
 * @param gaps the gaps among the asked events
 * @param marks the asked events of which undecided redactions are stored
 * @param redactedSenders the asked users of whom all events are shown redacted
 */
public record WriteBasis(
        RoomHead head,
        Map<EventId, Place> places,
        Map<EventId, Gap> gaps,
        Map<EventId, Mark> marks,
        Set<UserId> redactedSenders) {
    public WriteBasis {
        places = Map.copyOf(places);
        gaps = Map.copyOf(gaps);
        marks = Map.copyOf(marks);
        redactedSenders = Set.copyOf(redactedSenders);
    }
}
