package dev.headwater.history;

import dev.headwater.id.RoomId;

/** A walk has come to so many branches at once that it cannot remember them all. */
public final class WalkTooWideException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WalkTooWideException(RoomId room, int pages) {
        super("Room " + room + ": more than " + pages + " pages wait to be walked to at once");
    }
}
