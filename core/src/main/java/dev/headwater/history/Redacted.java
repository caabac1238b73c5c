package dev.headwater.history;

/** How far it has come with the wish to see an event redacted. Whatever is not {@link #NO} is shown redacted at most. */
public enum Redacted {
    /** Nobody has asked for it, or only those who are proven to have had no right to. */
    NO,
    /** Somebody has asked for it; that it was their right is not decided. The full event is still stored. */
    ASKED,
    /** It was somebody's right. The redacted copy is all that is stored, for ever. */
    FOR_GOOD
}
