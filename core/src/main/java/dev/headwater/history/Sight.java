package dev.headwater.history;

/** What of an event a reader gets to see. */
public enum Sight {
    /** The event as it is stored. */
    SHOWN,
    /** Its redacted copy in its place: IDs, edges and signatures stay. */
    REDACTED,
    /** Nothing, and nothing behind it either: as if it were not stored. */
    WITHHELD
}
