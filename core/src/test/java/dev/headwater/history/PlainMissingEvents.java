package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The walk that fills a gap as one would write it with the whole room in memory. */
final class PlainMissingEvents {
    private PlainMissingEvents() {}

    static List<EventId> walk(
            StoredRoom stored,
            List<NewEvent> events,
            Collection<EventId> latest,
            Collection<EventId> earliest,
            int limit,
            long minDepth,
            Function<Side, Sight> sight) {
        Map<EventId, NewEvent> byId = new HashMap<>();
        events.forEach(event -> byId.put(event.id(), event));
        Set<EventId> heardOf = new HashSet<>(earliest);
        Set<EventId> layer = new LinkedHashSet<>(latest);
        layer.removeAll(earliest);
        heardOf.addAll(layer);
        List<Side> taken = new ArrayList<>();
        for (boolean first = true; !layer.isEmpty(); first = false) {
            List<Side> sides = layer.stream()
                    .filter(byId::containsKey)
                    .map(stored::side)
                    .filter(side -> side.correctedDepth() >= minDepth && sight.apply(side) != Sight.WITHHELD)
                    .sorted(Comparator.comparingLong(Side::correctedDepth)
                            .reversed()
                            .thenComparing(Side::id))
                    .toList();
            Set<EventId> next = new LinkedHashSet<>();
            for (Side side : sides) {
                if (!first && !side.silent()) {
                    if (taken.size() == limit) {
                        return oldestFirst(taken);
                    }
                    taken.add(side);
                }
                for (EventId parent : Awaited.present(byId.get(side.id())).prevEvents()) {
                    if (heardOf.add(parent)) {
                        next.add(parent);
                    }
                }
            }
            layer = next;
        }
        return oldestFirst(taken.subList(0, Math.min(limit, taken.size())));
    }

    private static List<EventId> oldestFirst(List<Side> taken) {
        return taken.stream()
                .sorted(Comparator.comparing(Rank::of).reversed())
                .map(Side::id)
                .toList();
    }
}
