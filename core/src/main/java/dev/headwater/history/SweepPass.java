package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Collection;
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
    /** Events of a level that are derived before their states are published. */
    private static final int MAX_DERIVED = MAX_CHANGED * PageId.MAX_EVENTS;

    private final StateNodes states;
    private final EventStore store;
    private final RoomId room;
    private final long[] derived;
    private @Nullable RoomHead head;
    private Map<Place, StateDerivation.Known> levelBelow = Map.of();
    private int silentLevels;
    private boolean done;

    /** @param derived counts the events of which the visibility became known */
    SweepPass(StateNodes states, RoomId room, long[] derived) {
        this.states = states;
        this.store = states.store();
        this.room = room;
        this.derived = derived;
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
                    .then(Mono.defer(() -> publish(
                            new PageEdits(),
                            head().next().withSweep(false, RoomHead.NOTHING_TO_SWEEP),
                            new StateChunks(head()))));
        });
    }

    private Mono<Void> level(AscendingScan.Level level) {
        RoomHead now = head();
        if (level.head().version() != now.version()) {
            return Mono.error(new LostRaceException());
        }
        return lazyPlaces(level, now).flatMap(lazy -> {
            SweepLevel sweep = new SweepLevel(level.rows(), lazy, now.restating(), levelBelow);
            return elsewhere(sweep)
                    .then(Mono.defer(() -> slice(level, sweep))
                            .repeat(sweep::hasMore)
                            .then())
                    .then(Mono.fromRunnable(() -> levelBelow = sweep.known()));
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

    private Mono<Void> elsewhere(SweepLevel sweep) {
        Map<PageId, Set<Integer>> slots = sweep.parentsElsewhere();
        return new SideReader(store)
                .each(
                        head(),
                        slots.keySet(),
                        page -> slots.getOrDefault(page.id(), Set.of())
                                .forEach(slot -> sweep.know(
                                        new Place(page.id(), slot), page.sides().get(slot))));
    }

    /** Derives some events of a level, and publishes what has changed of them. */
    private Mono<Void> slice(AscendingScan.Level level, SweepLevel sweep) {
        List<AscendingScan.Row> rows = sweep.next(MAX_DERIVED);
        List<StateDerivation.Task> tasks = new ArrayList<>();
        return bodies(sweep.needingBodies(rows), sweep)
                .then(Mono.defer(() -> {
                    tasks.addAll(sweep.tasks(rows));
                    return states.with(room, new StateDerivation(head(), tasks, sweep::known)::run);
                }))
                .flatMap(results -> {
                    StateChunks chunks = new StateChunks(head());
                    Map<Place, Side> changed = sweep.take(rows, results, chunks);
                    long found = sweep.takeFound();
                    return publishSlice(changed, level.bucket(), !sweep.hasMore(), chunks)
                            .then(Mono.fromRunnable(() -> derived[0] += found));
                });
    }

    private Mono<Void> bodies(Collection<PageId> pages, SweepLevel sweep) {
        return Flux.fromIterable(pages)
                .buffer(EventStore.MAX_WINDOW)
                .concatMap(
                        some -> store.window(room, some).doOnNext(read -> {
                            if (read.head().version() != head().version()) {
                                throw new LostRaceException();
                            }
                            read.pages().values().forEach(sweep::readBodies);
                        }),
                        1)
                .then();
    }

    private Mono<Void> publishSlice(Map<Place, Side> changed, long bucket, boolean last, StateChunks chunks) {
        silentLevels = changed.isEmpty() ? silentLevels + 1 : 0;
        if (changed.isEmpty() && silentLevels < MAX_SILENT_LEVELS) {
            return Mono.empty();
        }
        silentLevels = 0;
        List<PageEdits> parts = parts(changed);
        boolean decidable = changed.values().stream()
                .anyMatch(side -> side.undecided() && side.state().isKnown());
        long judgeFrom = decidable ? bucket : RoomHead.NOTHING_TO_SWEEP;
        return Flux.range(0, parts.size())
                .concatMap(
                        i -> {
                            boolean passed = last && i == parts.size() - 1;
                            RoomHead after = head().next()
                                    .withSweep(head().lazyEdges(), passed ? bucket + 1 : head().sweepFrom())
                                    .withJudging(judgeFrom);
                            // Nodes go before whatever names them.
                            return publish(parts.get(i), after, i == 0 ? chunks : new StateChunks(head()));
                        },
                        1)
                .then();
    }

    private static List<PageEdits> parts(Map<Place, Side> changed) {
        Map<PageId, PageEdits> byPage = new HashMap<>();
        changed.forEach((place, side) -> byPage.computeIfAbsent(place.page(), page -> new PageEdits())
                .add(
                        place,
                        before -> before.withVisibility(side.visibility())
                                .withState(side.state())
                                .withParents(side.parents())));
        List<PageEdits> parts = new ArrayList<>(List.of(new PageEdits()));
        for (PageEdits edits : byPage.values()) {
            if (parts.get(parts.size() - 1).pages().size() == MAX_CHANGED) {
                parts.add(new PageEdits());
            }
            parts.get(parts.size() - 1).addAll(edits);
        }
        return parts;
    }

    private Mono<Void> publish(PageEdits edits, RoomHead after, StateChunks chunks) {
        RoomHead before = head();
        RoomHead counted = chunks.counted(after);
        return new EditPublisher(store)
                .publish(before, counted, edits, Map.of(), chunks.all())
                .then(Mono.fromRunnable(() -> {
                    head = counted;
                    states.keep(room, chunks.all());
                }));
    }

    private RoomHead head() {
        RoomHead now = head;
        if (now == null) {
            throw new IllegalStateException("The head of " + room + " was not read");
        }
        return now;
    }
}
