package dev.headwater.history;

/**
 * To whom the rules of its room show an event, as far as it is proven. A server "has" a membership here if one of its
 * users holds it both before and after the event.
 *
 * @see <a href="https://spec.matrix.org/v1.18/client-server-api/#room-history-visibility">History visibility</a>
 */
public enum Visibility {
    /** Not proven, or not derived yet. */
    UNKNOWN,
    /** To every server in the room. */
    OPEN,
    /** To servers that had joined or were invited, and to no other. */
    INVITED,
    /** To servers that had joined, and to no other. */
    JOINED,
    /** To servers that had joined or were invited; to others perhaps: branches of the room disagree. */
    PERHAPS_INVITED,
    /** To servers that had joined; to others perhaps: branches disagree, or the room says what no rule knows. */
    PERHAPS_JOINED;

    public boolean isOpen() {
        return this == OPEN;
    }
}
