package dev.headwater.history;

/** What an event's type and content mean to those who read only side data. */
public enum EventKind {
    ORDINARY,
    CREATE,
    /** An {@code m.room.history_visibility} with state key "" that says {@code shared} or {@code world_readable}. */
    OPENS_HISTORY,
    /** An {@code m.room.history_visibility} with state key "" that says anything else. */
    RESTRICTS_HISTORY,
    /** An {@code m.room.member} with a user ID as its state key. */
    MEMBERSHIP,
    /** An {@code m.room.server_acl} with state key "". */
    SERVER_ACL,
    /** Any other event with a state key. */
    STATE,
    /** Any other event of type {@code m.room.history_visibility}, with or without a state key. */
    OTHER_HISTORY;

    /** Whether the event holds a pair of type and state key in the state after it; its body says which. */
    public boolean mayBeState() {
        return this != ORDINARY;
    }
}
