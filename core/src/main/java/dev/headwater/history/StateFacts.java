package dev.headwater.history;

/**
 * What is to be known of state events without reading them, a bit each; of several events all their bits together.
 *
 * <p>A pair of type and state key is <em>conflicted</em> in a state if branches of the room disagree about it: which of
 * their events holds it, or whether any does, takes state resolution. It keeps the bits of the history visibilities that
 * it may come to.
 */
public final class StateFacts {
    /** A membership of {@code join}. */
    public static final int JOIN = 1;
    /** A membership of {@code invite}. */
    public static final int INVITE = 1 << 1;

    public static final int CONFLICTED = 1 << 2;
    /** A history visibility of {@code shared} or {@code world_readable}. */
    static final int SHOWS_ALL = 1 << 3;

    static final int SHOWS_INVITED = 1 << 4;
    static final int SHOWS_JOINED = 1 << 5;
    /** A history visibility that no rule knows. */
    static final int SHOWS_ODDLY = 1 << 6;

    static final int VISIBILITIES = SHOWS_ALL | SHOWS_INVITED | SHOWS_JOINED | SHOWS_ODDLY;

    private StateFacts() {}

    static int ofMembership(String membership) {
        return switch (membership) {
            case "join" -> JOIN;
            case "invite" -> INVITE;
            default -> 0;
        };
    }

    static int ofHistoryVisibility(String visibility) {
        return switch (visibility) {
            case "shared", "world_readable" -> SHOWS_ALL;
            case "invited" -> SHOWS_INVITED;
            case "joined" -> SHOWS_JOINED;
            default -> SHOWS_ODDLY;
        };
    }
}
