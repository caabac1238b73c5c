package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The pages that one batch both opens and fills. They can be sealed as they are published: nothing is appended to them. */
final class WholePages {
    static final WholePages NONE = new WholePages();

    private final Map<PageId, byte[]> bodies = new HashMap<>();
    private final Map<EventId, Integer> offsets = new HashMap<>();

    private WholePages() {}

    /**
     * Finds them.
     *
     * @param places of all the events
     * @param stored pages that hold events already
     */
    static WholePages of(List<NewEvent> events, Map<EventId, Place> places, Set<PageId> stored) {
        Map<PageId, List<NewEvent>> opened = new HashMap<>();
        for (NewEvent event : events) {
            PageId page = Objects.requireNonNull(places.get(event.id())).page();
            if (!stored.contains(page)) {
                opened.computeIfAbsent(page, id -> new ArrayList<>()).add(event);
            }
        }
        WholePages whole = new WholePages();
        opened.forEach(whole::addIfFull);
        return whole;
    }

    private void addIfFull(PageId page, List<NewEvent> events) {
        int length = events.stream().mapToInt(event -> event.body().length).sum();
        if (!PageId.isFull(events.size(), length)) {
            return;
        }
        byte[] all = new byte[length];
        int end = 0;
        for (NewEvent event : events) {
            System.arraycopy(event.body(), 0, all, end, event.body().length);
            offsets.put(event.id(), end);
            end += event.body().length;
        }
        bodies.put(page, all);
    }

    boolean holds(PageId page) {
        return bodies.containsKey(page);
    }

    /** Where an event's body begins in its page; null if that is not one of these. */
    @Nullable
    Integer offsetOf(EventId event) {
        return offsets.get(event);
    }

    /** The bodies of each page. */
    Map<PageId, byte[]> bodies() {
        return bodies;
    }
}
