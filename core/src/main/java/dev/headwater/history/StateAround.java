package dev.headwater.history;

/**
 * The state of the room before and after an event; the same root where the event is no state, and either both known or
 * neither.
 *
 * @param anchored whether the system of record has told it, so that it is not to be derived from what stands before
 */
public record StateAround(StateRoot before, StateRoot after, boolean anchored) {
    public static final StateAround UNKNOWN = new StateAround(StateRoot.UNKNOWN, StateRoot.UNKNOWN, false);

    public boolean isKnown() {
        return before.isKnown();
    }
}
