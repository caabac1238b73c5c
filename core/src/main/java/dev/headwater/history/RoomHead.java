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
 * @param judgeFrom the lowest bucket of corrected depths in which a redaction may have become decidable, or an event of
 *     a redacted sender may stand unmarked; {@link #NOTHING_TO_SWEEP} if none
 * @param markingSenders whether events of redacted senders may stand unmarked from {@code judgeFrom} on
 * @param sealFrom the lowest bucket in which a page may stand that can be sealed; {@link #NOTHING_TO_SWEEP} if none
 * @param bodyChanges counts the publishes that changed bodies: what lies in body pages and was not referred to is lost
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
        long judgeFrom,
        boolean markingSenders,
        long sealFrom,
        long bodyChanges,
        long lastStateChunk,
        long events) {
    public static final long NOTHING_TO_SWEEP = Long.MAX_VALUE;

    // The first chunk of a room is drawn by lot, so that a room which is lost and stored anew has none of its old
    // addresses, which some process may still keep nodes by.
    private static final int CHUNK_BITS = 24;
    private static final long MAX_FIRST_CHUNK = 1 << 22;

    public static RoomHead empty(RoomId room, RoomVersion roomVersion) {
        return new RoomHead(
                room,
                roomVersion,
                0,
                0,
                false,
                NOTHING_TO_SWEEP,
                false,
                NOTHING_TO_SWEEP,
                false,
                NOTHING_TO_SWEEP,
                0,
                0,
                0);
    }

    /** The head after a publish that changes nothing else in it. */
    RoomHead next() {
        return with(version + 1, raises, lazyEdges, sweepFrom, restating, judgeFrom, markingSenders, lastStateChunk);
    }

    RoomHead withRaise() {
        return with(version, raises + 1, lazyEdges, sweepFrom, restating, judgeFrom, markingSenders, lastStateChunk);
    }

    RoomHead withSweep(boolean lazy, long from) {
        boolean still = from != NOTHING_TO_SWEEP && restating;
        return with(version, raises, lazy, from, still, judgeFrom, markingSenders, lastStateChunk);
    }

    RoomHead withMoreEvents(int more) {
        return new RoomHead(
                room,
                roomVersion,
                version,
                raises,
                lazyEdges,
                sweepFrom,
                restating,
                judgeFrom,
                markingSenders,
                sealFrom,
                bodyChanges,
                lastStateChunk,
                events + more);
    }

    RoomHead withRestating() {
        return with(version, raises, lazyEdges, sweepFrom, true, judgeFrom, markingSenders, lastStateChunk);
    }

    RoomHead withStateChunks(long value) {
        return with(version, raises, lazyEdges, sweepFrom, restating, judgeFrom, markingSenders, value);
    }

    /** With redactions to be decided from a bucket on, besides those that are to be already. */
    RoomHead withJudging(long from) {
        long lowest = Math.min(judgeFrom, from);
        return with(version, raises, lazyEdges, sweepFrom, restating, lowest, markingSenders, lastStateChunk);
    }

    /** With the whole room to be looked through for events of redacted senders. */
    RoomHead withMarkingSenders() {
        return with(version, raises, lazyEdges, sweepFrom, restating, PageId.LOWEST.bucket(), true, lastStateChunk);
    }

    /** With redactions decided, and senders marked, below a bucket. */
    RoomHead withJudged(long below) {
        boolean still = below != NOTHING_TO_SWEEP && markingSenders;
        return with(version, raises, lazyEdges, sweepFrom, restating, below, still, lastStateChunk);
    }

    /** With pages to be sealed from a bucket on, besides those that are to be already. */
    RoomHead withSealing(long from) {
        return withSealed(Math.min(sealFrom, from));
    }

    /** With pages sealed below a bucket. */
    RoomHead withSealed(long below) {
        return new RoomHead(
                room,
                roomVersion,
                version,
                raises,
                lazyEdges,
                sweepFrom,
                restating,
                judgeFrom,
                markingSenders,
                below,
                bodyChanges,
                lastStateChunk,
                events);
    }

    RoomHead withBodyChange() {
        return new RoomHead(
                room,
                roomVersion,
                version,
                raises,
                lazyEdges,
                sweepFrom,
                restating,
                judgeFrom,
                markingSenders,
                sealFrom,
                bodyChanges + 1,
                lastStateChunk,
                events);
    }

    private RoomHead with(
            long newVersion,
            long newRaises,
            boolean newLazy,
            long newSweepFrom,
            boolean newRestating,
            long newJudgeFrom,
            boolean newMarking,
            long newStateChunk) {
        return new RoomHead(
                room,
                roomVersion,
                newVersion,
                newRaises,
                newLazy,
                newSweepFrom,
                newRestating,
                newJudgeFrom,
                newMarking,
                sealFrom,
                bodyChanges,
                newStateChunk,
                events);
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
