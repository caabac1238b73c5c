package dev.headwater.history;

/**
 * The redactions of one event, stored or not, about which nothing is decided yet.
 *
 * @param undecided how many; with none left there is no mark
 * @param lowest not above the corrected depth of any of them
 */
public record Mark(long undecided, long lowest) {
    /** Of an event that nobody asks to redact. */
    public static final Mark NONE = new Mark(0, Long.MAX_VALUE);

    Mark withOneMore(long depth) {
        return new Mark(undecided + 1, Math.min(lowest, depth));
    }

    Mark withOneLess() {
        return undecided <= 1 ? NONE : new Mark(undecided - 1, lowest);
    }
}
