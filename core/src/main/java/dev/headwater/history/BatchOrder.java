package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Events of one batch, parents before children.
 *
 * @param cuts edges among them, and from an event to itself, that would close a cycle
 */
record BatchOrder(List<NewEvent> oldestFirst, Set<Cut> cuts) {
    static BatchOrder of(Collection<NewEvent> batch) {
        var search = new Search(batch);
        batch.forEach(search::visit);
        return new BatchOrder(search.done, search.cuts);
    }

    private static final class Search {
        private final Map<EventId, NewEvent> unvisited = new HashMap<>();
        private final Set<EventId> open = new HashSet<>();
        final List<NewEvent> done = new ArrayList<>();
        final Set<Cut> cuts = new HashSet<>();

        Search(Collection<NewEvent> batch) {
            batch.forEach(event -> unvisited.put(event.id(), event));
        }

        // As deep as a batch is long at most.
        void visit(NewEvent event) {
            if (unvisited.remove(event.id()) == null) {
                return;
            }
            open.add(event.id());
            for (EventId parent : event.prevEvents()) {
                NewEvent next = unvisited.get(parent);
                if (next != null) {
                    visit(next);
                } else if (open.contains(parent)) {
                    cuts.add(new Cut(event.id(), parent));
                }
            }
            open.remove(event.id());
            done.add(event);
        }
    }
}
