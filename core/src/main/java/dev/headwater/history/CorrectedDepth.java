package dev.headwater.history;

/** The depth under which an event is stored: greater than that of every stored parent, whatever the event claims. */
final class CorrectedDepth {
    /** What an event may claim at most. */
    static final long MAX_CLAIM = (1L << 53) - 1;
    /** In place of the highest parent's depth: no parent is stored. */
    static final long NO_PARENT = Long.MIN_VALUE;
    /** In place of the ceiling: no child is stored. */
    static final long NO_CHILD = Long.MAX_VALUE;

    private CorrectedDepth() {}

    /**
     * The claimed depth where it fits; else as far up, or down, as the parents and the children leave room. Where they
     * leave none the answer is above the ceiling, and the children must be raised first.
     *
     * @param highestParent the highest corrected depth of a stored parent, or {@link #NO_PARENT}
     * @param ceiling the highest depth that is below all stored children, or {@link #NO_CHILD}
     */
    static long choose(long claimed, long highestParent, long ceiling) {
        long floor = highestParent == NO_PARENT ? NO_PARENT : highestParent + 1;
        long honest = Math.max(Math.max(0, Math.min(claimed, MAX_CLAIM)), floor);
        return honest <= ceiling ? honest : Math.max(ceiling, floor);
    }
}
