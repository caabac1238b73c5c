package dev.headwater.history;

import dev.headwater.id.RoomId;

/** So many others write to a room that a write did not get its turn. What it had published stays. */
public final class RoomContendedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RoomContendedException(RoomId room, long tries) {
        super("Room " + room + ": somebody else published first, " + tries + " times in a row");
    }
}
