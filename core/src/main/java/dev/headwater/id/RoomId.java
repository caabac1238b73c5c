package dev.headwater.id;

import java.nio.charset.StandardCharsets;

/**
 * A room's identifier: {@code !} and an opaque part, with a domain behind a colon up to room version 11. At most 255
 * bytes of UTF-8.
 *
 * @see <a href="https://spec.matrix.org/v1.18/appendices/#room-ids">Room IDs</a>
 */
public record RoomId(String value) implements Comparable<RoomId> {
    /** @throws InvalidIdException if {@code value} is not a room ID */
    public static RoomId parse(String value) {
        if (value.length() < 2
                || value.charAt(0) != '!'
                || !IdText.isClean(value)
                || value.getBytes(StandardCharsets.UTF_8).length > EventId.MAX_BYTES) {
            throw new InvalidIdException(value, "a room ID: ! and at most 254 more bytes");
        }
        return new RoomId(value);
    }

    @Override
    public int compareTo(RoomId other) {
        return Utf8Order.INSTANCE.compare(value, other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
