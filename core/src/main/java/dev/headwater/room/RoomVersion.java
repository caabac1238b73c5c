package dev.headwater.room;

import java.util.Optional;

/**
 * The room versions whose rules are known.
 *
 * @see <a href="https://spec.matrix.org/v1.18/rooms/">Room versions</a>
 */
public enum RoomVersion {
    V1,
    V2,
    V3,
    V4,
    V5,
    V6,
    V7,
    V8,
    V9,
    V10,
    V11,
    V12;

    /** The version as {@code m.room.create} names it; empty if it is not known. */
    public static Optional<RoomVersion> of(String identifier) {
        for (RoomVersion version : values()) {
            if (version.identifier().equals(identifier)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }

    public String identifier() {
        return name().substring(1);
    }

    public boolean atLeast(RoomVersion other) {
        return compareTo(other) >= 0;
    }
}
