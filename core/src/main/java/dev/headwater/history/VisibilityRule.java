package dev.headwater.history;

import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * To whom an event may be shown: by the history visibility before it and, of an {@code m.room.history_visibility}, by what
 * it says itself, whichever of the two shows less. The create event is open. Where the state is not known, an event is
 * open that follows open events only and restricts nothing.
 */
final class VisibilityRule {
    private static final Comparator<Visibility> BY_STRICTNESS = Comparator.comparing(VisibilityRule::needsJoin)
            .thenComparing(visibility -> visibility != Visibility.OPEN)
            .thenComparing(VisibilityRule::isPerhaps);

    private VisibilityRule() {}

    /**
     * @param before what holds the history visibility in the state before the event; null if the state is not known
     * @param own what the event says itself, if it is an {@code m.room.history_visibility}
     * @param open whether a stored event is open
     */
    static Visibility of(
            EventKind kind, List<Edge> parents, @Nullable Before before, StateChange own, Predicate<Place> open) {
        if (kind == EventKind.CREATE) {
            return parents.isEmpty() ? Visibility.OPEN : Visibility.UNKNOWN;
        }
        Visibility inherited = before == null ? byParents(parents, open) : of(before.facts());
        if (inherited == Visibility.UNKNOWN) {
            return Visibility.UNKNOWN;
        }
        return switch (kind) {
            case RESTRICTS_HISTORY ->
                before == null
                        ? Visibility.UNKNOWN
                        : stricter(
                                inherited,
                                own instanceof StateChange.Holds says ? of(says.facts()) : Visibility.PERHAPS_JOINED);
            // No rule says what such an event shows itself to.
            case OTHER_HISTORY -> before == null ? Visibility.UNKNOWN : stricter(inherited, Visibility.PERHAPS_JOINED);
            default -> inherited;
        };
    }

    private static Visibility byParents(List<Edge> parents, Predicate<Place> open) {
        for (Edge parent : parents) {
            if (!(parent instanceof Edge.Known known && open.test(known.place()))) {
                return Visibility.UNKNOWN;
            }
        }
        return parents.isEmpty() ? Visibility.UNKNOWN : Visibility.OPEN;
    }

    /** What the facts of a history visibility say; none at all, that there is no such event, which shows all. */
    static Visibility of(int facts) {
        int shows = facts & StateFacts.VISIBILITIES;
        boolean certain = (facts & StateFacts.CONFLICTED) == 0 && (shows & StateFacts.SHOWS_ODDLY) == 0;
        if (shows == 0 || shows == StateFacts.SHOWS_ALL) {
            return Visibility.OPEN;
        }
        if ((shows & (StateFacts.SHOWS_JOINED | StateFacts.SHOWS_ODDLY)) != 0) {
            return certain ? Visibility.JOINED : Visibility.PERHAPS_JOINED;
        }
        return certain ? Visibility.INVITED : Visibility.PERHAPS_INVITED;
    }

    private static Visibility stricter(Visibility a, Visibility b) {
        Visibility strict = BY_STRICTNESS.compare(a, b) >= 0 ? a : b;
        if (!isPerhaps(a) && !isPerhaps(b)) {
            return strict;
        }
        return needsJoin(strict) ? Visibility.PERHAPS_JOINED : Visibility.PERHAPS_INVITED;
    }

    private static boolean needsJoin(Visibility visibility) {
        return visibility == Visibility.JOINED || visibility == Visibility.PERHAPS_JOINED;
    }

    private static boolean isPerhaps(Visibility visibility) {
        return visibility == Visibility.PERHAPS_INVITED || visibility == Visibility.PERHAPS_JOINED;
    }

    /** The facts of the history visibility in a state that is known. */
    record Before(int facts) {}
}
