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
 * @param sweepFrom the lowest bucket of corrected depths in which an openness may have become derivable or a lazy edge
 *     may stand; {@link #NOTHING_TO_SWEEP} if none
 * @param restating whether states that were known have changed below {@code sweepFrom}, so that those which follow
 *     from them are to be derived again
 * @param stateChunks how many chunks of state nodes are stored; the next one has this number and {@link
 *     StateRoot#FIRST_CHUNK} added
 * @param events how many events are stored
 */
public record RoomHead(
        RoomId room,
        RoomVersion roomVersion,
        long version,
        long raises,
        boolean lazyEdges,
        long sweepFrom,
        boolean restating,
        long stateChunks,
        long events) {
    public static final long NOTHING_TO_SWEEP = Long.MAX_VALUE;

    public static RoomHead empty(RoomId room, RoomVersion roomVersion) {
        return new RoomHead(room, roomVersion, 0, 0, false, NOTHING_TO_SWEEP, false, 0, 0);
    }

    /** The head after a publish that changes nothing else in it. */
    RoomHead next() {
        return new RoomHead(
                room, roomVersion, version + 1, raises, lazyEdges, sweepFrom, restating, stateChunks, events);
    }

    RoomHead withRaise() {
        return new RoomHead(
                room, roomVersion, version, raises + 1, lazyEdges, sweepFrom, restating, stateChunks, events);
    }

    RoomHead withSweep(boolean lazy, long from) {
        return new RoomHead(
                room,
                roomVersion,
                version,
                raises,
                lazy,
                from,
                from != NOTHING_TO_SWEEP && restating,
                stateChunks,
                events);
    }

    RoomHead withMoreEvents(int more) {
        return new RoomHead(
                room, roomVersion, version, raises, lazyEdges, sweepFrom, restating, stateChunks, events + more);
    }

    RoomHead withRestating() {
        return new RoomHead(room, roomVersion, version, raises, lazyEdges, sweepFrom, true, stateChunks, events);
    }

    RoomHead withMoreStateChunks(int more) {
        return new RoomHead(
                room, roomVersion, version, raises, lazyEdges, sweepFrom, restating, stateChunks + more, events);
    }
}
