package dev.headwater.gateway.endpoint;

import dev.headwater.gateway.http.Slice;
import dev.headwater.history.WalkedEvent;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import java.util.Arrays;

/** The bytes that are shown of a walked event: the stored ones, or those of its redacted copy. */
final class ShownBytes {
    private ShownBytes() {}

    /** @param version of the event's room; what a redacted copy keeps depends on it */
    static Slice of(WalkedEvent event, RoomVersion version) {
        if (!event.redacted()) {
            return new Slice(event.page(), event.offset(), event.length());
        }
        byte[] full = Arrays.copyOfRange(event.page(), event.offset(), event.offset() + event.length());
        return Slice.of(
                CanonicalJson.encode(Redaction.redact(StrictJson.object(full, StrictJson.Numbers.LENIENT), version)));
    }
}
