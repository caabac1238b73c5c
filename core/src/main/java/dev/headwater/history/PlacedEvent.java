package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.List;

/** A stored event and where it lies. */
public record PlacedEvent(EventId id, Place place) {
    public static List<Place> places(List<PlacedEvent> events) {
        return events.stream().map(PlacedEvent::place).toList();
    }
}
