package dev.headwater.history;

import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import java.util.concurrent.ThreadLocalRandom;

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
 * @param lastStateChunk the number of the last chunk of state nodes; 0 if there is none
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
        long lastStateChunk,
        long events) {
    public static final long NOTHING_TO_SWEEP = Long.MAX_VALUE;

    // The first chunk of a room is drawn by lot, so that a room which is lost and stored anew has none of its old
    // addresses, which some process may still keep nodes by.
    private static final int CHUNK_BITS = 24;
    private static final long MAX_FIRST_CHUNK = 1 << 22;

    public static RoomHead empty(RoomId room, RoomVersion roomVersion) {
        return new RoomHead(room, roomVersion, 0, 0, false, NOTHING_TO_SWEEP, false, 0, 0);
    }

    /** The head after a publish that changes nothing else in it. */
    RoomHead next() {
        return new RoomHead(
                room, roomVersion, version + 1, raises, lazyEdges, sweepFrom, restating, lastStateChunk, events);
    }

    RoomHead withRaise() {
        return new RoomHead(
                room, roomVersion, version, raises + 1, lazyEdges, sweepFrom, restating, lastStateChunk, events);
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
                lastStateChunk,
                events);
    }

    RoomHead withMoreEvents(int more) {
        return new RoomHead(
                room, roomVersion, version, raises, lazyEdges, sweepFrom, restating, lastStateChunk, events + more);
    }

    RoomHead withRestating() {
        return new RoomHead(room, roomVersion, version, raises, lazyEdges, sweepFrom, true, lastStateChunk, events);
    }

    RoomHead withStateChunks(long value) {
        return new RoomHead(room, roomVersion, version, raises, lazyEdges, sweepFrom, restating, value, events);
    }

    /** The number that the next chunk of state nodes gets. */
    long nextStateChunk() {
        return lastStateChunk != 0
                ? lastStateChunk + 1
                : ThreadLocalRandom.current().nextLong(1, MAX_FIRST_CHUNK) << CHUNK_BITS;
    }

    /** How many chunks of state nodes there are. */
    long stateChunks() {
        return lastStateChunk == 0 ? 0 : (lastStateChunk & (1L << CHUNK_BITS) - 1) + 1;
    }
}
