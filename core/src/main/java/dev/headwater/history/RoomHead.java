package dev.headwater.history;

import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

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
        return with(head -> head.version++);
    }

    RoomHead withRaise() {
        return with(head -> head.raises++);
    }

    RoomHead withSweep(boolean lazy, long from) {
        return with(head -> {
            head.lazyEdges = lazy;
            head.sweepFrom = from;
            head.restating &= from != NOTHING_TO_SWEEP;
        });
    }

    RoomHead withMoreEvents(int more) {
        return with(head -> head.events += more);
    }

    RoomHead withRestating() {
        return with(head -> head.restating = true);
    }

    RoomHead withStateChunks(long value) {
        return with(head -> head.lastStateChunk = value);
    }

    /** With redactions to be decided from a bucket on, besides those that are to be already. */
    RoomHead withJudging(long from) {
        return with(head -> head.judgeFrom = Math.min(judgeFrom, from));
    }

    /** With the whole room to be looked through for events of redacted senders. */
    RoomHead withMarkingSenders() {
        return with(head -> {
            head.judgeFrom = PageId.LOWEST.bucket();
            head.markingSenders = true;
        });
    }

    /** With redactions decided, and senders marked, below a bucket. */
    RoomHead withJudged(long below) {
        return with(head -> {
            head.judgeFrom = below;
            head.markingSenders &= below != NOTHING_TO_SWEEP;
        });
    }

    /** With pages to be sealed from a bucket on, besides those that are to be already. */
    RoomHead withSealing(long from) {
        return withSealed(Math.min(sealFrom, from));
    }

    /** With pages sealed below a bucket. */
    RoomHead withSealed(long below) {
        return with(head -> head.sealFrom = below);
    }

    RoomHead withBodyChange() {
        return with(head -> head.bodyChanges++);
    }

    private RoomHead with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.head();
    }

    /** A head that is being changed. */
    private static final class Draft {
        private final RoomHead before;
        private long version;
        private long raises;
        private boolean lazyEdges;
        private long sweepFrom;
        private boolean restating;
        private long judgeFrom;
        private boolean markingSenders;
        private long sealFrom;
        private long bodyChanges;
        private long lastStateChunk;
        private long events;

        Draft(RoomHead before) {
            this.before = before;
            version = before.version;
            raises = before.raises;
            lazyEdges = before.lazyEdges;
            sweepFrom = before.sweepFrom;
            restating = before.restating;
            judgeFrom = before.judgeFrom;
            markingSenders = before.markingSenders;
            sealFrom = before.sealFrom;
            bodyChanges = before.bodyChanges;
            lastStateChunk = before.lastStateChunk;
            events = before.events;
        }

        RoomHead head() {
            return new RoomHead(
                    before.room,
                    before.roomVersion,
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
                    events);
        }
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
