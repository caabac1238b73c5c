package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/** One write of events into one room, batch after batch. For one subscriber, once. */
final class WriteRun {
    static final int MAX_BATCH_EVENTS = 256;
    static final int MAX_HISTORY_EVENTS = 1024;
    static final int MAX_BATCH_BYTES = 1024 * 1024;
    /** An event has 64 KiB as canonical JSON; as received it may be longer for its escapes. */
    static final int MAX_BODY_BYTES = 256 * 1024;

    private final EventStore store;
    private final RoomId room;
    private final RoomVersion roomVersion;
    private final SideReader reader;
    private final BodyAppends appends;
    private final StateNodes states;
    private final Namesakes namesakes;
    private final int batchEvents;
    private final boolean sealsFullPages;
    private final Map<EventId, NewEvent> remaining = new LinkedHashMap<>();
    private final Set<Cut> cuts = new HashSet<>();
    private final Map<EventId, Refusal> refused = new HashMap<>();
    private int taken;
    private int known;

    WriteRun(
            StateNodes states,
            RoomId room,
            RoomVersion roomVersion,
            Collection<NewEvent> events,
            int batchEvents,
            boolean sealsFullPages) {
        this.batchEvents = batchEvents;
        this.sealsFullPages = sealsFullPages;
        this.states = states;
        this.store = states.store();
        this.room = room;
        this.roomVersion = roomVersion;
        reader = new SideReader(store);
        appends = new BodyAppends(store, room);
        namesakes = new Namesakes(store, roomVersion);
        for (NewEvent event : events) {
            if (event.body().length == 0 || event.body().length > MAX_BODY_BYTES) {
                refused.put(event.id(), Refusal.BODY_SIZE);
            } else {
                NewEvent first = remaining.putIfAbsent(event.id(), event);
                if (first != null) {
                    countAgain(event.id(), namesakes.differ(first.body(), event.body()));
                }
            }
        }
    }

    Mono<WriteResult> run() {
        return RaceRetry.until(room, Mono.defer(this::step))
                .repeat(() -> !remaining.isEmpty())
                .then(Mono.fromSupplier(() -> new WriteResult(taken, known, refused)));
    }

    /** Brings one batch a step forward: it is stored, as far as nothing is in the way, or what is in the way is removed. */
    private Mono<Void> step() {
        List<NewEvent> batch = nextBatch();
        if (batch.isEmpty()) {
            return Mono.empty();
        }
        Set<EventId> named = new HashSet<>();
        Set<UserId> senders = new HashSet<>();
        for (NewEvent event : batch) {
            senders.add(event.sender());
            named.add(event.id());
            named.addAll(event.prevEvents());
            if (event.redacts() != null) {
                named.add(event.redacts());
            }
        }
        return store.basis(room, roomVersion, named, senders).flatMap(basis -> {
            appends.noteHead(basis.head());
            if (basis.head().roomVersion() != roomVersion) {
                return Mono.error(new IllegalArgumentException("Room " + room + " is stored with room version "
                        + basis.head().roomVersion().identifier() + ", not " + roomVersion.identifier()));
            }
            List<NewEvent> fresh = new ArrayList<>();
            List<NewEvent> stored = new ArrayList<>();
            for (NewEvent event : batch) {
                (basis.places().containsKey(event.id()) ? stored : fresh).add(event);
            }
            return settleStored(stored, basis)
                    .then(Mono.defer(() -> fresh.isEmpty() ? Mono.empty() : step(basis, BatchOrder.of(fresh))));
        });
    }

    private Mono<Void> settleStored(List<NewEvent> stored, WriteBasis basis) {
        return namesakes
                .amongStored(stored, basis)
                .doOnNext(others -> stored.forEach(event -> {
                    settle(event);
                    countAgain(event.id(), others.contains(event.id()));
                }))
                .then();
    }

    private void countAgain(EventId id, boolean other) {
        if (!other || refused.putIfAbsent(id, Refusal.ID_TAKEN) != null) {
            known++;
        }
    }

    private Mono<Void> step(WriteBasis basis, BatchOrder order) {
        Set<Cut> allCuts = new HashSet<>(cuts);
        allCuts.addAll(order.cuts());
        return BatchFacts.read(reader, basis, allCuts, order.oldestFirst()).flatMap(facts -> {
            DepthPlan depths = DepthPlan.of(order.oldestFirst(), facts);
            if (depths.blocked() == 0) {
                return makeRoom(order.oldestFirst().get(0), depths.depths()[0], facts);
            }
            int end = depths.blocked() > 0
                    ? depths.blocked()
                    : endOfPage(depths, order.oldestFirst().size());
            return put(order.oldestFirst().subList(0, end), depths, facts);
        });
    }

    /** Leaves the events of the last page for the next batch, which fills it then, if there is one. */
    private int endOfPage(DepthPlan depths, int size) {
        int end = size;
        if (sealsFullPages && remaining.size() > size) {
            long last = PageId.bucketOf(depths.depths()[size - 1]);
            while (end > 0 && PageId.bucketOf(depths.depths()[end - 1]) == last) {
                end--;
            }
        }
        return end > 0 && size - end < PageId.MAX_EVENTS ? end : size;
    }

    private Mono<Void> put(List<NewEvent> events, DepthPlan depths, BatchFacts facts) {
        Set<Long> buckets = new HashSet<>();
        for (int i = 0; i < events.size(); i++) {
            buckets.add(PageId.bucketOf(depths.depths()[i]));
        }
        Map<PageId, SidePage> lastParts = new HashMap<>();
        return reader.lastOf(facts.basis().head(), buckets, page -> lastParts.put(page.id(), page))
                .then(Mono.defer(() -> {
                    BatchDraft draft = new BatchDraft(facts, events, depths, lastParts, appends.spoilt());
                    WholePages whole = sealsFullPages
                            ? WholePages.of(events, draft.places(), lastParts.keySet())
                            : WholePages.NONE;
                    return draft.derive(states)
                            .then(Mono.defer(() -> appends.append(events, draft.places(), whole)))
                            .then(Mono.defer(() -> publish(draft.publication(appends::offsetOf, whole))));
                }))
                .flatMap(published -> {
                    if (!published) {
                        return Mono.error(new LostRaceException());
                    }
                    events.forEach(this::settle);
                    taken += events.size();
                    return Mono.empty();
                });
    }

    private Mono<Boolean> publish(Publication publication) {
        return store.publish(publication).doOnNext(published -> {
            if (published) {
                states.keep(room, publication.stateChunks());
            }
        });
    }

    private Mono<Void> makeRoom(NewEvent event, long depth, BatchFacts facts) {
        WriteBasis basis = facts.basis();
        Map<Place, EventId> parents = facts.followed(event).stream()
                .filter(basis.places()::containsKey)
                .collect(Collectors.toMap(basis.places()::get, id -> id));
        Gap gap = basis.gaps().get(event.id());
        if (gap == null) {
            throw new IllegalStateException(event.id() + " is blocked by children, but none wait for it");
        }
        return new RaisePass(store, basis.head(), event.id(), depth, parents.keySet(), gap)
                .run()
                .doOnNext(outcome -> {
                    if (outcome instanceof RaisePass.Outcome.Cycle cycle) {
                        parents.forEach((place, parent) -> {
                            if (cycle.parents().contains(place)) {
                                cuts.add(new Cut(event.id(), parent));
                            }
                        });
                    } else if (outcome instanceof RaisePass.Outcome.TooMuch) {
                        refused.put(event.id(), Refusal.TOO_MANY_RAISES);
                        settle(event);
                    }
                })
                .then();
    }

    private void settle(NewEvent event) {
        remaining.remove(event.id());
        appends.forget(event.id());
    }

    private List<NewEvent> nextBatch() {
        List<NewEvent> batch = new ArrayList<>();
        int bytes = 0;
        for (NewEvent event : remaining.values()) {
            bytes += event.body().length;
            if (batch.size() == batchEvents || (bytes > MAX_BATCH_BYTES && !batch.isEmpty())) {
                break;
            }
            batch.add(event);
        }
        return batch;
    }
}
