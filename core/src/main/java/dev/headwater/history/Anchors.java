package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import reactor.core.publisher.Mono;

/**
 * Takes the word of the system of record for the whole state before an event, where the history before it is missing or
 * takes state resolution. What is not in it is certain not to be in the state.
 */
public final class Anchors {
    private static final long KEPT_STATES = 1024 * 1024;

    private final EventStore store;
    private final StateNodes states;

    public Anchors(EventStore store) {
        this.store = store;
        this.states = new StateNodes(store, KEPT_STATES);
    }

    /**
     * Sets the state before an event, unless it is known for certain already. What follows from it for later events is
     * derived by the next {@link VisibilitySweep}.
     *
     * <p>Starts on subscription; can be repeated. Empty if the event is not stored. Fails with {@link
     * IllegalArgumentException} if two of the events hold one pair of type and state key, with {@link
     * RoomContendedException} if others keep writing in between, and with {@link StoreUnavailableException}.
     *
     * @param state the events of the state, all of them
     * @return to whom the event may be shown by it
     */
    public Mono<Visibility> anchor(RoomId room, EventId event, Collection<ToldEvent> state) {
        Set<EventId> named = new HashSet<>(Set.of(event));
        state.forEach(told -> named.add(told.event()));
        return RaceRetry.until(
                room,
                Mono.defer(() -> store.locate(room, named).flatMap(located -> {
                    Place place = located.places().get(event);
                    return place == null ? Mono.empty() : anchor(located, place, entries(located, state));
                })));
    }

    private static List<StateEntry> entries(Located located, Collection<ToldEvent> state) {
        Map<StateKey, StateEntry> entries = new TreeMap<>();
        for (ToldEvent told : state) {
            StateEntry entry = told.entry(located);
            if (entries.put(entry.key(), entry) != null) {
                throw new IllegalArgumentException(
                        "two events hold " + told.type() + " with the state key '" + told.stateKey() + "'");
            }
        }
        return List.copyOf(entries.values());
    }

    private Mono<Visibility> anchor(Located located, Place place, List<StateEntry> told) {
        RoomHead head = located.head();
        return store.window(head.room(), Set.of(place.page())).flatMap(read -> {
            Page page = read.pages().get(place.page());
            if (page == null || read.head().version() != head.version()) {
                return Mono.error(new LostRaceException());
            }
            Side side = page.side().sides().get(place.slot());
            return isCertain(head.room(), side)
                    .flatMap(certain -> certain
                            ? Mono.just(side.visibility())
                            : anchor(head, place, side, page.bodies(), StateTrie.of(told)));
        });
    }

    private Mono<Boolean> isCertain(RoomId room, Side side) {
        Subtree known = StateTrie.at(side.state().before());
        return known == null
                ? Mono.just(false)
                : states.with(room, session -> (session.trie().facts(known) & StateFacts.CONFLICTED) == 0);
    }

    private Mono<Visibility> anchor(RoomHead head, Place place, Side side, byte[] bodies, Subtree before) {
        StateDerivation.Task task = new StateDerivation.Task(
                place,
                side.kind(),
                side.silent(),
                side.parents(),
                StateAround.UNKNOWN,
                StateChange.of(side.kind(), bodies, side.bodyOffset(), side.bodyLength()));
        return states.with(
                        head.room(),
                        session -> StateDerivation.from(
                                session.trie(), task, before, unasked -> StateDerivation.Known.NOTHING))
                .flatMap(derived -> publish(head, place, side, derived));
    }

    private Mono<Visibility> publish(RoomHead head, Place place, Side side, StateDerivation.Derived derived) {
        StateChunks chunks = new StateChunks(head);
        StateAround around = chunks.around(derived.before(), derived.after());
        PageEdits edits = new PageEdits();
        edits.add(
                place,
                stored -> stored.withVisibility(derived.visibility())
                        .withState(new StateAround(around.before(), around.after(), true)));
        long bucket = PageId.bucketOf(side.correctedDepth());
        RoomHead after = chunks.counted(head.next()
                .withSweep(head.lazyEdges(), Math.min(head.sweepFrom(), bucket))
                .withJudging(side.undecided() ? bucket : RoomHead.NOTHING_TO_SWEEP));
        return new EditPublisher(store)
                .publish(head, side.state().isKnown() ? after.withRestating() : after, edits, Map.of(), chunks.all())
                .thenReturn(derived.visibility());
    }
}
