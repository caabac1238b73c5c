package dev.headwater.history;

/** Why an event was not stored. */
public enum Refusal {
    /** It stands between events that leave no room for its depth, and more would have to be moved than is bearable. */
    TOO_MANY_RAISES,
    /** Its body is empty, or larger than any event may be. */
    BODY_SIZE
}
