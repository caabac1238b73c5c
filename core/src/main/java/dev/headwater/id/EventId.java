package dev.headwater.id;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * An event's identifier: {@code $} and up to 254 more bytes of UTF-8, without control characters. Ordered by its bytes.
 *
 * @see <a href="https://spec.matrix.org/v1.18/appendices/#event-ids">Event IDs</a>
 */
public record EventId(String value) implements Comparable<EventId> {
    static final int MAX_BYTES = 255;

    /** @throws InvalidIdException if {@code value} is not an event ID */
    public static EventId parse(String value) {
        return tryParse(value)
                .orElseThrow(() -> new InvalidIdException(value, "an event ID: $ and at most 254 more bytes"));
    }

    /** Empty if {@code value} is not an event ID. */
    public static Optional<EventId> tryParse(String value) {
        boolean well = value.length() >= 2
                && value.length() <= MAX_BYTES
                && value.charAt(0) == '$'
                && IdText.isClean(value)
                && value.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
        return well ? Optional.of(new EventId(value)) : Optional.empty();
    }

    /**
     * The server that made the ID, which only room versions 1 and 2 say: {@code $opaque:server}.
     *
     * @throws InvalidIdException if it names no server
     */
    public ServerName server() {
        return ServerName.parse(value.substring(value.indexOf(':') + 1));
    }

    @Override
    public int compareTo(EventId other) {
        return Utf8Order.INSTANCE.compare(value, other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
