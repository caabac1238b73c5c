package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes room for one event that is about to be stored under children which stand too low: raises them, and theirs as far
 * as need be, by as little as need be. Descendants are published before what they descend from, so that the order holds
 * at every moment, and whoever is stopped half way has done no harm.
 */
final class RaisePass {
    /** Events that are raised for one event at most. */
    static final int MAX_RAISED = 16_384;
    /** Pages that are read for one event at most: 131,072 events. */
    static final int MAX_READ = 4_096;
    /** Pages that one publish changes at most. */
    private static final int MAX_CHANGED = 128;

    /** What came of it. */
    sealed interface Outcome {
        /** The event fits now. */
        record Fits() implements Outcome {}

        /** Nothing was changed: these parents of the event are its descendants. */
        record Cycle(Set<Place> parents) implements Outcome {}

        /** Nothing was changed: it would take more than is bearable. */
        record TooMuch() implements Outcome {}
    }

    private final EventStore store;
    private final EventId event;
    private final long depth;
    private final Set<Place> parents;
    private final Gap gap;
    private final Map<Place, Long> raised = new HashMap<>();
    private final Map<EventId, Long> byId = new HashMap<>();
    private final Set<Place> cyclic = new HashSet<>();
    private RoomHead head;
    private long highest;
    private int pagesRead;

    /** @param depth that the event is going to have */
    RaisePass(EventStore store, RoomHead head, EventId event, long depth, Set<Place> parents, Gap gap) {
        this.store = store;
        this.head = head;
        this.event = event;
        this.depth = depth;
        this.parents = parents;
        this.gap = gap;
        highest = depth;
        byId.put(event, depth);
    }

    /** Fails with {@link LostRaceException} if somebody else publishes. */
    Mono<Outcome> run() {
        AscendingScan scan = new AscendingScan(store, head.room(), PageId.bucketOf(gap.lowestChild()));
        boolean[] done = {false};
        return Mono.defer(scan::next)
                .map(this::take)
                .defaultIfEmpty(false)
                .doOnNext(more -> done[0] = !more)
                .repeat(() -> !done[0])
                .then(Mono.defer(this::conclude));
    }

    /** Whether there may be more to raise above this level. */
    private boolean take(AscendingScan.Level level) {
        if (level.head().version() != head.version()) {
            throw new LostRaceException();
        }
        pagesRead += level.read();
        for (AscendingScan.Row row : level.rows()) {
            long needed = needed(row.side());
            if (needed > row.side().correctedDepth()) {
                raised.put(row.place(), needed);
                byId.put(row.side().id(), needed);
                highest = Math.max(highest, needed);
                if (parents.contains(row.place())) {
                    cyclic.add(row.place());
                }
            }
        }
        return level.bucket() < PageId.bucketOf(highest) && !tooMuch();
    }

    private long needed(Side side) {
        long needed = Long.MIN_VALUE;
        for (Edge edge : side.parents()) {
            Long parent = edge instanceof Edge.Known known
                    ? raised.get(known.place())
                    : edge instanceof Edge.Unknown unknown ? byId.get(unknown.id()) : null;
            if (parent != null) {
                needed = Math.max(needed, parent + 1);
            }
        }
        return needed;
    }

    private boolean tooMuch() {
        return raised.size() > MAX_RAISED || pagesRead > MAX_READ;
    }

    private Mono<Outcome> conclude() {
        if (!cyclic.isEmpty()) {
            return Mono.just(new Outcome.Cycle(cyclic));
        }
        if (tooMuch()) {
            return Mono.just(new Outcome.TooMuch());
        }
        List<Map.Entry<Place, Long>> highestFirst = raised.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .toList();
        int chunks = Math.max(1, (highestFirst.size() + MAX_CHANGED - 1) / MAX_CHANGED);
        return Flux.range(0, chunks)
                .concatMap(
                        i -> publish(
                                highestFirst.subList(
                                        i * MAX_CHANGED, Math.min(highestFirst.size(), (i + 1) * MAX_CHANGED)),
                                i == chunks - 1),
                        1)
                .then(Mono.just(new Outcome.Fits()));
    }

    private Mono<Void> publish(List<Map.Entry<Place, Long>> part, boolean last) {
        PageEdits edits = new PageEdits();
        part.forEach(entry -> edits.add(entry.getKey(), side -> side.withCorrectedDepth(entry.getValue())));
        Map<EventId, Gap> gaps = last ? Map.of(event, new Gap(depth + 1, gap.children(), gap.complete())) : Map.of();
        RoomHead after = part.isEmpty() ? head.next() : head.next().withRaise();
        return new EditPublisher(store).publish(head, after, edits, gaps).then(Mono.fromRunnable(() -> head = after));
    }
}
