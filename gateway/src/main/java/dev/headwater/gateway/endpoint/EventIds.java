package dev.headwater.gateway.endpoint;

import dev.headwater.id.EventId;
import dev.headwater.id.InvalidIdException;
import org.jspecify.annotations.Nullable;

/** Event IDs among which odd ones may stand. */
final class EventIds {
    private EventIds() {}

    static @Nullable EventId orNull(String text) {
        try {
            return EventId.parse(text);
        } catch (InvalidIdException e) {
            return null;
        }
    }
}
