package dev.headwater.history;

/** What an event means for the visibility of the events after it. */
public enum EventKind {
    ORDINARY,
    CREATE,
    /** An {@code m.room.history_visibility} with state key "" that says {@code shared} or {@code world_readable}. */
    OPENS_HISTORY,
    /** Any other event of type {@code m.room.history_visibility}. */
    RESTRICTS_HISTORY
}
