package dev.headwater.history;

/** Which way from a moment events are looked for. */
public enum TimeDirection {
    /** Later ones. */
    FORWARDS,
    /** Earlier ones. */
    BACKWARDS;

    /** How far a time lies beyond another one in this direction, in milliseconds; negative if it lies behind. */
    long distance(long from, long to) {
        return this == FORWARDS ? to - from : from - to;
    }
}
