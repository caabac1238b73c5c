package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.UserId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way into the store.
 *
 * @param depth as the event claims; corrected when it is stored
 * @param originServerTs milliseconds since the epoch as the event claims; 0 if it is not an integer
 * @param silent to be walked through, but never emitted
 * @param redacts the event that this one wants redacted, whether or not it may
 * @param redactsAllOf the user of whom this one wants all events redacted, whether or not it may
 * @param body the bytes that are served
 */
public record NewEvent(
        EventId id,
        UserId sender,
        long depth,
        long originServerTs,
        EventKind kind,
        boolean silent,
        @Nullable EventId redacts,
        @Nullable UserId redactsAllOf,
        List<EventId> prevEvents,
        byte[] body) {
    public NewEvent {
        prevEvents = List.copyOf(prevEvents);
    }
}
