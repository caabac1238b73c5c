package dev.headwater.history;

import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;

/**
 * What stands at the head of a stored room.
 *
 * @param version counts the room's publishes; 0 before the first
 * @param raises counts the publishes that raised a stored event's corrected depth. While it is 0 every event still has
 *     a depth within the bucket of its page
 * @param lazyEdges whether some {@link Edge.Unknown} may lead to an event that is stored by now
 * @param sweepFrom the lowest bucket in which an openness may have become derivable; -1 if none
 * @param events how many events are stored
 */
public record RoomHead(
        RoomId room,
        RoomVersion roomVersion,
        long version,
        long raises,
        boolean lazyEdges,
        long sweepFrom,
        long events) {
    public static RoomHead empty(RoomId room, RoomVersion roomVersion) {
        return new RoomHead(room, roomVersion, 0, 0, false, -1, 0);
    }
}
