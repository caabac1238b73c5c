package dev.headwater.history;

/**
 * A page of a room's events: the bucket of corrected depths that they had when they were stored, and which part of that
 * bucket. Ordered by bucket, then part.
 *
 * @param bucket corrected depth at insertion divided by {@link #LEVELS}, rounded down; negative where history that claims
 *     depth 0 has arrived backwards
 * @param part counted from 0; a further part is opened when the last one is full
 */
public record PageId(long bucket, int part) implements Comparable<PageId> {
    /** Levels of corrected depth that share a bucket. */
    public static final int LEVELS = 32;
    /** Events that one page holds at most. */
    public static final int MAX_EVENTS = 32;
    /** A page that holds this many bytes of event bodies takes no further event. */
    public static final int MAX_BYTES = 64 * 1024;
    /** The bodies of a page end here at the latest, those between them that lost writes have left included. */
    public static final int MAX_LENGTH = BodyAppends.SPOILT_BYTES + MAX_BYTES + WriteRun.MAX_BODY_BYTES;

    /** Not after any page that exists. */
    public static final PageId LOWEST = new PageId(Long.MIN_VALUE / LEVELS, 0);

    public static long bucketOf(long correctedDepth) {
        return Math.floorDiv(correctedDepth, (long) LEVELS);
    }

    /** The highest depth that an event of this page had when it was stored. */
    public long highestDepth() {
        return bucket * LEVELS + LEVELS - 1;
    }

    @Override
    public int compareTo(PageId other) {
        int byBucket = Long.compare(bucket, other.bucket);
        return byBucket != 0 ? byBucket : Integer.compare(part, other.part);
    }

    /** Whether a page of so many events, and so many bytes of bodies, takes no further event. */
    static boolean isFull(int events, int bytes) {
        return events >= MAX_EVENTS || bytes >= MAX_BYTES;
    }
}
