package dev.headwater.history;

/** What an event's type and content mean to those who read only side data. */
public enum EventKind {
    ORDINARY,
    CREATE,
    /** An {@code m.room.history_visibility} with state key "" that says {@code shared} or {@code world_readable}. */
    OPENS_HISTORY,
    /** Any other event of type {@code m.room.history_visibility}. */
    RESTRICTS_HISTORY,
    /** An {@code m.room.member} with a user ID as its state key. */
    MEMBERSHIP,
    /** An {@code m.room.server_acl} with state key "". */
    SERVER_ACL
}
