package dev.headwater.history;

import java.util.List;
import java.util.function.Predicate;

/**
 * When an event is proven open: it is the room's create event, or it follows open events only and does not itself
 * restrict. A missing parent, or an edge that is not followed, proves nothing.
 */
final class VisibilityRule {
    private VisibilityRule() {}

    static Visibility of(EventKind kind, List<Edge> parents, Predicate<Place> open) {
        if (kind == EventKind.CREATE) {
            return parents.isEmpty() ? Visibility.OPEN : Visibility.UNKNOWN;
        }
        if (kind == EventKind.RESTRICTS_HISTORY || kind == EventKind.OTHER_HISTORY || parents.isEmpty()) {
            return Visibility.UNKNOWN;
        }
        for (Edge parent : parents) {
            if (!(parent instanceof Edge.Known known && open.test(known.place()))) {
                return Visibility.UNKNOWN;
            }
        }
        return Visibility.OPEN;
    }
}
