package dev.headwater.history;

import dev.headwater.id.RoomId;

/** The room was rearranged under a walk so that it cannot go on in the order in which it began: begin again. */
public final class WalkMovedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WalkMovedException(RoomId room) {
        super("Room " + room + " was rearranged under a walk");
    }
}
