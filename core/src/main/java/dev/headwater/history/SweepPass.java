package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One try at a sweep: ends with {@link LostRaceException} as soon as somebody else publishes. For one subscriber, once. */
final class SweepPass {
    /** Pages that one publish changes at most. */
    private static final int MAX_CHANGED = 128;
    /** Levels after which progress is published though nothing has changed. */
    private static final int MAX_SILENT_LEVELS = 256;
    /** Events that are looked up at once. */
    private static final int MAX_LOOKUP = 4_096;

    private final EventStore store;
    private final RoomId room;
    private final long[] opened;
    private @Nullable RoomHead head;
    private Map<Place, Boolean> levelBelow = new HashMap<>();
    private int silentLevels;
    private boolean done;

    /** @param opened counts the events that were proven open */
    SweepPass(EventStore store, RoomId room, long[] opened) {
        this.store = store;
        this.room = room;
        this.opened = opened;
    }

    Mono<Void> run() {
        return store.plan(room, List.of()).flatMap(none -> {
            if (none.head().sweepFrom() == RoomHead.NOTHING_TO_SWEEP) {
                return Mono.empty();
            }
            head = none.head();
            AscendingScan ascending = new AscendingScan(store, room, none.head().sweepFrom());
            return Mono.defer(ascending::next)
                    .switchIfEmpty(Mono.fromRunnable(() -> done = true))
                    .flatMap(this::level)
                    .repeat(() -> !done)
                    .then(Mono.defer(() -> publish(new PageEdits(), false, RoomHead.NOTHING_TO_SWEEP)));
        });
    }

    private Mono<Void> level(AscendingScan.Level level) {
        RoomHead now = head();
        if (level.head().version() != now.version()) {
            return Mono.error(new LostRaceException());
        }
        return lazyPlaces(level, now).flatMap(lazy -> {
            Map<Place, Boolean> open = new HashMap<>();
            level.rows()
                    .forEach(
                            row -> open.put(row.place(), row.side().visibility().isOpen()));
            Map<PageId, Set<Integer>> elsewhere = parentsElsewhere(level, lazy, open);
            return new SideReader(store)
                    .each(
                            now,
                            elsewhere.keySet(),
                            page -> elsewhere
                                    .getOrDefault(page.id(), Set.of())
                                    .forEach(slot -> open.put(
                                            new Place(page.id(), slot),
                                            page.sides().get(slot).visibility().isOpen())))
                    .then(Mono.defer(() -> finish(level, lazy, open)));
        });
    }

    /** Where the unknown edges of a level lead that lead somewhere by now. */
    private Mono<Map<EventId, Place>> lazyPlaces(AscendingScan.Level level, RoomHead now) {
        Set<EventId> unknown = new HashSet<>();
        if (now.lazyEdges()) {
            level.rows().forEach(row -> unknown.addAll(HeldPage.unknown(row.side())));
        }
        Map<EventId, Place> places = new HashMap<>();
        return Flux.fromIterable(unknown)
                .buffer(MAX_LOOKUP)
                .concatMap(part -> store.locate(room, part).doOnNext(found -> places.putAll(found.places())), 1)
                .then(Mono.just(places));
    }

    private Map<PageId, Set<Integer>> parentsElsewhere(
            AscendingScan.Level level, Map<EventId, Place> lazy, Map<Place, Boolean> open) {
        Map<PageId, Set<Integer>> elsewhere = new HashMap<>();
        for (AscendingScan.Row row : level.rows()) {
            if (row.side().visibility().isOpen()) {
                continue;
            }
            for (Edge edge : mended(row.side().parents(), lazy)) {
                if (edge instanceof Edge.Known known && !open.containsKey(known.place())) {
                    Boolean below = levelBelow.get(known.place());
                    if (below != null) {
                        open.put(known.place(), below);
                    } else {
                        elsewhere
                                .computeIfAbsent(known.place().page(), page -> new HashSet<>())
                                .add(known.place().slot());
                    }
                }
            }
        }
        return elsewhere;
    }

    private Mono<Void> finish(AscendingScan.Level level, Map<EventId, Place> lazy, Map<Place, Boolean> open) {
        Map<Place, Side> changed = new HashMap<>();
        long opening = 0;
        for (AscendingScan.Row row : level.rows()) {
            Side before = row.side();
            List<Edge> parents = mended(before.parents(), lazy);
            Side after = parents.equals(before.parents()) ? before : before.withParents(parents);
            if (!before.visibility().isOpen()
                    && VisibilityRule.of(before.kind(), parents, place -> open.getOrDefault(place, false))
                            == Visibility.OPEN) {
                after = after.withVisibility(Visibility.OPEN);
                open.put(row.place(), true);
                opening++;
            }
            if (after != before) {
                changed.put(row.place(), after);
            }
        }
        levelBelow = open;
        silentLevels = changed.isEmpty() ? silentLevels + 1 : 0;
        if (changed.isEmpty() && silentLevels < MAX_SILENT_LEVELS) {
            return Mono.empty();
        }
        silentLevels = 0;
        long openedHere = opening;
        return publishInParts(changed, level.bucket()).then(Mono.fromRunnable(() -> opened[0] += openedHere));
    }

    private Mono<Void> publishInParts(Map<Place, Side> changed, long bucket) {
        Map<PageId, PageEdits> byPage = new HashMap<>();
        changed.forEach((place, side) -> byPage.computeIfAbsent(place.page(), page -> new PageEdits())
                .add(place, before -> before.withVisibility(side.visibility()).withParents(side.parents())));
        List<PageEdits> parts = new ArrayList<>();
        for (PageEdits edits : byPage.values()) {
            PageEdits last = parts.isEmpty() ? null : parts.get(parts.size() - 1);
            if (last == null || last.pages().size() == MAX_CHANGED) {
                parts.add(edits);
            } else {
                last.addAll(edits);
            }
        }
        return Flux.fromIterable(parts)
                .concatMap(part -> publish(part, head().lazyEdges(), head().sweepFrom()), 1)
                .then(Mono.defer(() -> publish(new PageEdits(), head().lazyEdges(), bucket + 1)));
    }

    private Mono<Void> publish(PageEdits edits, boolean lazyEdges, long sweepFrom) {
        RoomHead before = head();
        RoomHead after = before.next().withSweep(lazyEdges, sweepFrom);
        return new EditPublisher(store)
                .publish(before, after, edits, Map.of())
                .then(Mono.fromRunnable(() -> head = after));
    }

    private RoomHead head() {
        RoomHead now = head;
        if (now == null) {
            throw new IllegalStateException("The head of " + room + " was not read");
        }
        return now;
    }

    private static List<Edge> mended(List<Edge> parents, Map<EventId, Place> lazy) {
        if (lazy.isEmpty()) {
            return parents;
        }
        List<Edge> mended = new ArrayList<>();
        for (Edge edge : parents) {
            Place place = edge instanceof Edge.Unknown unknown ? lazy.get(unknown.id()) : null;
            mended.add(place == null ? edge : new Edge.Known(place));
        }
        return mended;
    }
}
