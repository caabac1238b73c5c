package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Finds the events of a {@link MissingEventsWalk}, by side data. Bounded in what it hears of and in what it reads: beyond
 * that it ends with what it has found. For one subscriber, once.
 */
final class LayeredSearch {
    /** Events that are heard of at most: a few that name as many parents as an event can hold. */
    static final int WIDTH = 16_384;
    /** Pages that are read at most: for 50 events, each on a page of its own and with some parents that are withheld. */
    static final int MAX_PAGES = 512;
    /** Pages that are kept, with their bodies, for the events that will be emitted first. */
    private static final int MAX_HELD = EventStore.MAX_WINDOW;

    private static final long MAX_HELD_BYTES = 1024 * 1024;
    private static final int MAX_PREDICTED = 3;
    private static final int ATTEMPTS = 3;

    private static final Comparator<Candidate> HIGHEST_FIRST = Comparator.comparingLong(
                    (Candidate each) -> each.side().correctedDepth())
            .reversed()
            .thenComparing(each -> each.side().id());

    /** An event of the layer at hand. */
    private record Candidate(Place place, Side side) {}

    private record Chosen(Rank rank, Place place) {}

    private final EventStore store;
    private final LongSupplier clock;
    private final RoomId room;
    private final Located found;
    private final Collection<EventId> latest;
    private final Collection<EventId> earliest;
    private final int limit;
    private final long minDepth;
    private final Viewer viewer;
    private final int width;

    private RoomHead head;
    private long headReadAt;
    private int attempts;
    private int pagesRead;
    private int most;
    private boolean first;
    private final List<Chosen> chosen = new ArrayList<>();
    private final Set<Place> heardOf = new HashSet<>();
    private final Set<Place> nextLayer = new LinkedHashSet<>();
    // Of the layer: events whose side data is at hand, and slots of pages that are to be read, the highest first.
    private final TreeSet<Candidate> ready = new TreeSet<>(HIGHEST_FIRST);
    private final TreeMap<PageId, Set<Integer>> unread = new TreeMap<>(Comparator.reverseOrder());
    private final TreeMap<PageId, HeldPage> held = new TreeMap<>();
    private final Map<EventId, @Nullable Place> lazy = new HashMap<>();

    LayeredSearch(
            EventStore store,
            LongSupplier clock,
            Located found,
            Collection<EventId> latest,
            Collection<EventId> earliest,
            int limit,
            long minDepth,
            Viewer viewer,
            int width) {
        this.store = store;
        this.clock = clock;
        this.room = found.head().room();
        this.found = found;
        this.latest = latest;
        this.earliest = earliest;
        this.limit = limit;
        this.minDepth = minDepth;
        this.viewer = viewer;
        this.width = width;
        this.head = found.head();
        this.headReadAt = clock.getAsLong();
        begin();
    }

    /** Completes when all events are chosen. Fails with {@link WalkMovedException} if events keep being raised meanwhile. */
    Mono<Void> run() {
        boolean[] done = {false};
        return Mono.defer(() -> {
                    Mono<Void> read = step();
                    done[0] = read == null;
                    return read == null ? Mono.empty() : read;
                })
                .repeat(() -> !done[0])
                .then();
    }

    /** Where the chosen events lie, each behind its parents. */
    List<Place> oldestFirst() {
        return chosen.stream()
                .sorted(Comparator.comparing(Chosen::rank).reversed())
                .map(Chosen::place)
                .toList();
    }

    /** Pages that were read last. */
    Collection<HeldPage> held() {
        return held.values();
    }

    private void begin() {
        chosen.clear();
        heardOf.clear();
        nextLayer.clear();
        ready.clear();
        unread.clear();
        first = true;
        for (EventId id : earliest) {
            Place place = found.places().get(id);
            if (place != null) {
                heardOf.add(place);
            }
        }
        for (EventId id : latest) {
            Place place = found.places().get(id);
            if (place != null && heardOf.add(place)) {
                nextLayer.add(place);
            }
        }
        most = heardOf.size() + width;
        enterNextLayer();
    }

    private void hear(@Nullable Place place) {
        if (place != null && heardOf.size() < most && heardOf.add(place)) {
            nextLayer.add(place);
        }
    }

    private void enterNextLayer() {
        for (Place place : nextLayer) {
            HeldPage page = held.get(place.page());
            if (page != null && page.hasSide(place.slot())) {
                ready.add(new Candidate(place, page.side().sides().get(place.slot())));
            } else {
                unread.computeIfAbsent(place.page(), id -> new HashSet<>()).add(place.slot());
            }
        }
        nextLayer.clear();
    }

    /** Goes on as far as it gets without reading; null if there is nothing left to do. */
    private @Nullable Mono<Void> step() {
        while (chosen.size() < limit) {
            if (ready.isEmpty() && unread.isEmpty()) {
                if (nextLayer.isEmpty()) {
                    return null;
                }
                first = false;
                enterNextLayer();
                continue;
            }
            Candidate next = ready.isEmpty() ? null : ready.first();
            if (next == null || !isAboveAllUnread(next)) {
                return pagesRead < MAX_PAGES ? window() : null;
            }
            Sight seen = viewer.sightOf(next.side());
            if (seen == null) {
                return viewer.prepare(room, ready.stream().map(Candidate::side).toList());
            }
            if (seen != Sight.WITHHELD && next.side().correctedDepth() >= minDepth) {
                if (head.lazyEdges() && !lazy.keySet().containsAll(HeldPage.unknown(next.side()))) {
                    return lookUpLazyEdges();
                }
                visit(next);
            }
            ready.remove(next);
        }
        return null;
    }

    private void visit(Candidate next) {
        if (!first && !next.side().silent()) {
            chosen.add(new Chosen(Rank.of(next.side()), next.place()));
        }
        for (Edge edge : next.side().parents()) {
            if (edge instanceof Edge.Known parent) {
                hear(parent.place());
            } else if (edge instanceof Edge.Unknown parent) {
                hear(lazy.get(parent.id()));
            }
        }
    }

    /** Once something was raised, a page does not tell how high its events stand. */
    private boolean isAboveAllUnread(Candidate next) {
        return unread.isEmpty()
                || (head.raises() == 0
                        && next.side().correctedDepth() > unread.firstKey().highestDepth());
    }

    private Mono<Void> lookUpLazyEdges() {
        Set<EventId> unknown = new HashSet<>();
        ready.forEach(each -> unknown.addAll(HeldPage.unknown(each.side())));
        unknown.removeAll(lazy.keySet());
        return store.locate(room, unknown)
                .switchIfEmpty(moved())
                .doOnNext(located -> {
                    unknown.forEach(id -> lazy.put(id, located.places().get(id)));
                    note(located.head());
                })
                .then();
    }

    private Mono<Void> window() {
        Set<PageId> pages = new LinkedHashSet<>();
        for (PageId page : unread.keySet()) {
            if (pages.size() == EventStore.MAX_WINDOW) {
                break;
            }
            pages.add(page);
        }
        Set<PageId> needed = Set.copyOf(pages);
        predict(pages);
        boolean lately = clock.getAsLong() - headReadAt <= Descent.MAX_AGE_NANOS;
        Mono<Pages> read = lately ? store.windowSince(head, pages) : store.window(room, pages);
        return read.switchIfEmpty(moved())
                .doOnNext(answer -> take(needed, answer))
                .then();
    }

    /** A page is filled from its lowest level upwards, and what is below it in a line of events is on the next. */
    private void predict(Set<PageId> pages) {
        PageId top = unread.firstKey();
        int reachable = 1
                + unread.firstEntry().getValue().stream()
                        .mapToInt(slot -> slot)
                        .max()
                        .orElse(0);
        long behind = (limit - chosen.size() - reachable + PageId.LEVELS - 1L) / PageId.LEVELS;
        for (int below = 1; below <= Math.min(MAX_PREDICTED, behind) && pages.size() < EventStore.MAX_WINDOW; below++) {
            PageId page = new PageId(top.bucket() - below, 0);
            if (!held.containsKey(page)) {
                pages.add(page);
            }
        }
    }

    private void take(Set<PageId> needed, Pages read) {
        if (note(read.head())) {
            return;
        }
        if (!read.pages().keySet().containsAll(needed)) {
            throw new IllegalStateException("Room " + room + ": the store has lost one of the pages " + needed);
        }
        long now = clock.getAsLong();
        read.pages().forEach((id, page) -> {
            pagesRead++;
            held.put(id, new HeldPage(page.side(), page.bodies(), now, null));
            Set<Integer> slots = unread.remove(id);
            if (slots != null) {
                slots.forEach(slot -> ready.add(
                        new Candidate(new Place(id, slot), page.side().sides().get(slot))));
            }
        });
        long bytes =
                held.values().stream().mapToLong(page -> page.bodies().length).sum();
        // The walk goes down, and what it comes to last is emitted first.
        while (held.size() > MAX_HELD || (bytes > MAX_HELD_BYTES && held.size() > 1)) {
            bytes -= held.pollLastEntry().getValue().bodies().length;
        }
    }

    /** True if depths have changed since the search began, which therefore begins anew. */
    private boolean note(RoomHead read) {
        boolean raised = read.raises() != head.raises();
        head = read;
        headReadAt = clock.getAsLong();
        if (raised) {
            if (++attempts == ATTEMPTS) {
                throw new WalkMovedException(room);
            }
            held.clear();
            lazy.clear();
            begin();
        }
        return raised;
    }

    private <T> Mono<T> moved() {
        return Mono.error(() -> new WalkMovedException(room));
    }
}
