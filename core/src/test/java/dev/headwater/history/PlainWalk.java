package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The walk as one would write it with the whole room in memory: what is reachable, sorted. */
final class PlainWalk {
    private PlainWalk() {}

    static List<EventId> walk(
            StoredRoom stored,
            List<NewEvent> events,
            Collection<EventId> from,
            long limit,
            Function<Side, Sight> sight) {
        Map<EventId, NewEvent> byId = new HashMap<>();
        events.forEach(event -> byId.put(event.id(), event));
        Deque<EventId> open = new ArrayDeque<>(from);
        Set<EventId> reached = new HashSet<>();
        while (!open.isEmpty()) {
            EventId id = open.remove();
            NewEvent event = byId.get(id);
            if (event != null && sight.apply(stored.side(id)) != Sight.WITHHELD && reached.add(id)) {
                open.addAll(event.prevEvents());
            }
        }
        List<Side> sides = new ArrayList<>();
        reached.forEach(id -> sides.add(stored.side(id)));
        return sides.stream()
                .filter(side -> !side.silent())
                .sorted(Comparator.comparingLong(Side::correctedDepth)
                        .thenComparingLong(Side::originServerTs)
                        .reversed()
                        .thenComparing(Side::id))
                .limit(limit)
                .map(Side::id)
                .toList();
    }
}
