package dev.headwater.history;

import dev.headwater.id.EventId;

/** Where an event stands in a walk: corrected depth descending, timestamp descending, ID ascending. What comes first is less. */
record Rank(long correctedDepth, long originServerTs, EventId id) implements Comparable<Rank> {
    private static final EventId BEFORE_ALL_IDS = new EventId("");
    static final Rank FIRST = before(Long.MAX_VALUE);

    static Rank of(Side side) {
        return new Rank(side.correctedDepth(), side.originServerTs(), side.id());
    }

    /** Not after any event of this depth. */
    static Rank before(long correctedDepth) {
        return new Rank(correctedDepth, Long.MAX_VALUE, BEFORE_ALL_IDS);
    }

    /** Whether it is the rank of this event. */
    boolean isOf(Side side) {
        return correctedDepth == side.correctedDepth()
                && originServerTs == side.originServerTs()
                && id.equals(side.id());
    }

    boolean isAfter(Rank other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(Rank other) {
        int byDepth = Long.compare(other.correctedDepth, correctedDepth);
        if (byDepth != 0) {
            return byDepth;
        }
        int byTs = Long.compare(other.originServerTs, originServerTs);
        return byTs != 0 ? byTs : id.compareTo(other.id);
    }
}
