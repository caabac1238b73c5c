package dev.headwater.history;

/** Why an event was not stored. */
public enum Refusal {
    /** It stands between events that leave no room for its depth, and more would have to be moved than is bearable. */
    TOO_MANY_RAISES,
    /** Its body is empty, or larger than any event may be. */
    BODY_SIZE,
    /** Another event has its ID, which room versions 1 and 2 allow, and came first. */
    ID_TAKEN
}
