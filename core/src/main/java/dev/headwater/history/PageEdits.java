package dev.headwater.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Changes to side data of stored events, by place. */
final class PageEdits {
    private final Map<PageId, Map<Integer, UnaryOperator<Side>>> edits = new HashMap<>();

    /** Adds a change; it follows those that were added before for the same place. */
    void add(Place place, UnaryOperator<Side> edit) {
        edits.computeIfAbsent(place.page(), page -> new HashMap<>())
                .merge(place.slot(), edit, (first, then) -> side -> then.apply(first.apply(side)));
    }

    /** Takes over the changes to other pages. */
    void addAll(PageEdits others) {
        edits.putAll(others.edits);
    }

    Set<PageId> pages() {
        return edits.keySet();
    }

    SidePage apply(SidePage page) {
        List<Side> sides = new ArrayList<>(page.sides());
        edits.getOrDefault(page.id(), Map.of()).forEach((slot, edit) -> sides.set(slot, edit.apply(sides.get(slot))));
        return page.withSides(sides);
    }
}
