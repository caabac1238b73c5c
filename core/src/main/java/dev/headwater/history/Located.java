package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.Map;

/** Where the asked events lie; those that the room does not hold are absent. */
public record Located(RoomHead head, Map<EventId, Place> places) {
    public Located {
        places = Map.copyOf(places);
    }
}
