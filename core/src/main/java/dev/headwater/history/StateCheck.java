package dev.headwater.history;

import dev.headwater.history.StateDerivation.Derived;
import dev.headwater.history.StateDerivation.Known;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Derives states and visibility of stored events again, each from its body and from what is stored of its parents, and
 * says where something else is stored. For one room that nobody writes to.
 */
public final class StateCheck {
    private static final long KEPT_STATES = 16 * 1024 * 1024;

    private final StateNodes states;
    private final RoomHead head;
    private final Function<Place, Known> parents;

    /** What is stored of a parent. */
    public record Parent(StateRoot after, Visibility visibility) {}

    /** @param parents what is stored of an event; null if the place holds none */
    public StateCheck(EventStore store, RoomHead head, Function<Place, @Nullable Parent> parents) {
        this.states = new StateNodes(store, KEPT_STATES);
        this.head = head;
        this.parents = place -> {
            Parent parent = parents.apply(place);
            return parent == null ? Known.NOTHING : new Known(StateTrie.at(parent.after()), parent.visibility());
        };
    }

    /**
     * Checks the events of a page. Starts on subscription. Fails with {@link StoreUnavailableException}.
     *
     * @param page with its bodies
     * @return a line for each event that is not as it should be
     */
    public Mono<List<String>> differences(Page page) {
        List<StateDerivation.Task> tasks = new ArrayList<>();
        for (int slot = 0; slot < page.side().sides().size(); slot++) {
            Side side = page.side().sides().get(slot);
            boolean within = side.bodyOffset() + side.bodyLength() <= page.bodies().length;
            StateChange change = within || !StateChange.needsBody(side.kind())
                    ? StateChange.of(side.kind(), page.bodies(), side.bodyOffset(), side.bodyLength())
                    : StateChange.UNTOLD;
            tasks.add(new StateDerivation.Task(
                    new Place(page.side().id(), slot),
                    side.kind(),
                    side.silent(),
                    side.parents(),
                    StateAround.UNKNOWN,
                    change));
        }
        return Flux.fromIterable(tasks)
                .concatMap(
                        task -> difference(
                                task, page.side().sides().get(task.place().slot())),
                        1)
                .collectList();
    }

    private Mono<String> difference(StateDerivation.Task task, Side side) {
        StateDerivation derivation = new StateDerivation(head, List.of(task), parents);
        return states.with(head.room(), session -> {
            Subtree told = side.state().anchored() ? StateTrie.at(side.state().before()) : null;
            Derived expected = told == null
                    ? derivation.run(session).get(0)
                    : StateDerivation.from(session.trie(), task, told, parents);
            String found = compare(session.trie(), side, expected);
            return found == null ? null : side.id() + found;
        });
    }

    private @Nullable String compare(StateTrie trie, Side side, Derived expected) {
        boolean swept = head.sweepFrom() == RoomHead.NOTHING_TO_SWEEP;
        boolean merge = side.parents().size() > 1;
        Subtree before = StateTrie.at(side.state().before());
        Subtree after = StateTrie.at(side.state().after());
        // How much a merge may cost depends on the room's size at the time.
        if (before == null && expected.before() != null && (merge || !swept)) {
            return null;
        }
        if (before != null && expected.before() == null && merge && expected.visibility() == side.visibility()) {
            return null;
        }
        if (!areEqual(trie, before, expected.before())) {
            return before == null
                    ? " has no state stored; expected one, since its parents have"
                    : " has another state before it stored than its parents give";
        }
        if (!areEqual(trie, after, expected.after())) {
            return " has another state after it stored than the one before it gives";
        }
        return side.visibility() == expected.visibility() || !swept && side.visibility() == Visibility.UNKNOWN
                ? null
                : " is stored as " + side.visibility() + "; expected " + expected.visibility();
    }

    private static boolean areEqual(StateTrie trie, @Nullable Subtree a, @Nullable Subtree b) {
        return a == null || b == null ? Objects.equals(a, b) : trie.areEqual(a, b);
    }
}
