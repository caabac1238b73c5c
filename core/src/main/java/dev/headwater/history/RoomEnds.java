package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the forward extremities of a room: the events that nothing follows but what is silent, and silent ones that
 * nothing follows, since they may be extremities or not. Pages come in any order: all to {@link #note}, then all again to
 * {@link #gather}.
 */
final class RoomEnds {
    // A bit for each event.
    private final Map<PageId, Integer> followed = new HashMap<>();
    private final Map<Place, List<Place>> silentParents = new HashMap<>();
    private final Map<EventId, Place> found = new HashMap<>();

    void note(SidePage page) {
        for (int slot = 0; slot < page.sides().size(); slot++) {
            Side side = page.sides().get(slot);
            List<Place> parents = new ArrayList<>();
            for (Edge edge : side.parents()) {
                if (edge instanceof Edge.Known known) {
                    parents.add(known.place());
                }
            }
            if (side.silent()) {
                silentParents.put(new Place(page.id(), slot), parents);
            } else {
                parents.forEach(this::follow);
            }
        }
    }

    /** What a followed silent event follows is followed too. */
    void passThroughSilent() {
        Deque<Place> open = new ArrayDeque<>(silentParents.keySet());
        while (!open.isEmpty()) {
            Place silent = open.remove();
            if (isFollowed(silent)) {
                List<Place> parents = silentParents.getOrDefault(silent, List.of());
                for (Place parent : parents) {
                    if (!isFollowed(parent)) {
                        follow(parent);
                        open.add(parent);
                    }
                }
            }
        }
    }

    void gather(SidePage page) {
        for (int slot = 0; slot < page.sides().size(); slot++) {
            Place place = new Place(page.id(), slot);
            if (!isFollowed(place)) {
                found.put(page.sides().get(slot).id(), place);
            }
        }
    }

    Map<EventId, Place> found() {
        return found;
    }

    private void follow(Place place) {
        followed.merge(place.page(), 1 << place.slot(), (a, b) -> a | b);
    }

    private boolean isFollowed(Place place) {
        return (followed.getOrDefault(place.page(), 0) & 1 << place.slot()) != 0;
    }
}
