package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Mono;

/** What the store says about a batch and those that it touches, all of one version of the room. */
final class BatchFacts {
    /** Pages that a batch changes at most for the sake of children that waited; the edges of others stay lazy. */
    static final int MAX_MENDED_PAGES = 256;

    private record Parent(long depth, StateDerivation.Known known) {}

    private final WriteBasis basis;
    private final Set<Cut> cuts;
    private final Map<Place, Parent> parents = new HashMap<>();
    private final Map<PageId, SidePage> editable = new HashMap<>();

    private BatchFacts(WriteBasis basis, Set<Cut> cuts) {
        this.basis = basis;
        this.cuts = cuts;
    }

    /** Reads the parents of {@code events}, and the pages of the children that wait for them and of what they redact. */
    static Mono<BatchFacts> read(SideReader reader, WriteBasis basis, Set<Cut> cuts, List<NewEvent> events) {
        BatchFacts facts = new BatchFacts(basis, cuts);
        Map<PageId, Set<Integer>> wanted = facts.parentSlots(events);
        Set<PageId> edited = facts.editedPages(events);
        Set<PageId> pages = new LinkedHashSet<>(wanted.keySet());
        pages.addAll(edited);
        return reader.each(basis.head(), pages, page -> {
                    for (int slot : wanted.getOrDefault(page.id(), Set.of())) {
                        Side side = page.sides().get(slot);
                        facts.parents.put(
                                new Place(page.id(), slot),
                                new Parent(side.correctedDepth(), StateDerivation.Known.of(side)));
                    }
                    if (edited.contains(page.id())) {
                        facts.editable.put(page.id(), page);
                    }
                })
                .thenReturn(facts);
    }

    private Map<PageId, Set<Integer>> parentSlots(List<NewEvent> events) {
        Map<PageId, Set<Integer>> slots = new HashMap<>();
        for (NewEvent event : events) {
            for (EventId parent : followed(event)) {
                Place place = basis.places().get(parent);
                if (place != null) {
                    slots.computeIfAbsent(place.page(), page -> new HashSet<>()).add(place.slot());
                }
            }
        }
        return slots;
    }

    private Set<PageId> editedPages(List<NewEvent> events) {
        Set<PageId> pages = new HashSet<>();
        for (NewEvent event : events) {
            Gap gap = basis.gaps().get(event.id());
            if (gap != null) {
                for (Place child : gap.children()) {
                    if (pages.size() < MAX_MENDED_PAGES) {
                        pages.add(child.page());
                    }
                }
            }
        }
        for (NewEvent event : events) {
            Place target = event.redacts() == null ? null : basis.places().get(event.redacts());
            if (target != null) {
                pages.add(target.page());
            }
        }
        return pages;
    }

    WriteBasis basis() {
        return basis;
    }

    /** The pages that may be changed, as they stand. */
    Map<PageId, SidePage> editable() {
        return editable;
    }

    /** The events that {@code event} follows, each once, without edges that would close a cycle. */
    List<EventId> followed(NewEvent event) {
        List<EventId> followed = new ArrayList<>();
        for (EventId parent : new LinkedHashSet<>(event.prevEvents())) {
            if (!isCut(event, parent)) {
                followed.add(parent);
            }
        }
        return followed;
    }

    boolean isCut(NewEvent event, EventId parent) {
        return parent.equals(event.id()) || cuts.contains(new Cut(event.id(), parent));
    }

    long depthOf(EventId event) {
        Place place = basis.places().get(event);
        Parent parent = place == null ? null : parents.get(place);
        return parent == null ? CorrectedDepth.NO_PARENT : parent.depth();
    }

    StateDerivation.Known known(Place place) {
        Parent parent = parents.get(place);
        return parent == null ? StateDerivation.Known.NOTHING : parent.known();
    }
}
