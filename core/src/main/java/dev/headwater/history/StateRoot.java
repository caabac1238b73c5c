package dev.headwater.history;

/**
 * Names a state of a room: which event holds each pair of type and state key. It is the address of the root of a trie
 * whose nodes never change, so the same root is the same state for ever; two roots may stand for equal states.
 *
 * @param address number of the chunk that the node lies in, times 65,536, plus where in the chunk; {@link #UNKNOWN} and
 *     {@link #EMPTY} lie below all chunks
 */
public record StateRoot(long address) {
    /** Not derived, or not derivable. */
    public static final StateRoot UNKNOWN = new StateRoot(0);
    /** The state before a room's create event. */
    public static final StateRoot EMPTY = new StateRoot(1);

    private static final int OFFSET_BITS = 16;

    public static StateRoot at(long chunk, int offset) {
        return new StateRoot(chunk << OFFSET_BITS | offset);
    }

    public boolean isKnown() {
        return address != UNKNOWN.address;
    }

    long chunk() {
        return address >>> OFFSET_BITS;
    }

    int offset() {
        return (int) address & (1 << OFFSET_BITS) - 1;
    }
}
