package dev.headwater.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Derives states and visibility of events from those of their parents, one event after another, parents first. Run again
 * when it has missed nodes: it goes on where it was.
 */
final class StateDerivation {
    /** Nodes that are read for one merge at most; beyond, the state is not derived. */
    static final int MAX_MERGED_NODES = 4_096;
    /** The same in a room whose states take much more space than its events. */
    static final int FEW_MERGED_NODES = 64;

    private static final long CHUNKS_FREE = 4_096;
    private static final long EVENTS_A_CHUNK = 2;
    /** Keys whose nodes are looked for beforehand, so that they are read at once. */
    private static final int MAX_FORESEEN = 1_024;

    /**
     * What is known of an event that others may follow.
     *
     * @param after the state after it; null if it is not known
     */
    record Known(@Nullable Subtree after, Visibility visibility) {
        static final Known NOTHING = new Known(null, Visibility.UNKNOWN);

        static Known of(Side side) {
            return new Known(StateTrie.at(side.state().after()), side.visibility());
        }
    }

    /**
     * An event whose state is to be derived.
     *
     * @param stored what was derived of it before
     */
    record Task(
            Place place, EventKind kind, boolean silent, List<Edge> parents, StateAround stored, StateChange change) {}

    /**
     * What was derived.
     *
     * @param before null if it is not known
     */
    record Derived(
            Place place, @Nullable Subtree before, @Nullable Subtree after, Visibility visibility) {}

    private final List<Task> tasks;
    private final Function<Place, Known> known;
    private final int maxMerged;
    private final List<Derived> derived = new ArrayList<>();
    private final Map<Place, Known> own = new HashMap<>();
    private final Map<Set<Subtree>, Merged> merges = new HashMap<>();
    private boolean foreseen;

    private record Merged(@Nullable Subtree state) {}

    /**
     * @param tasks parents before children
     * @param known what is known of events that are not among them; those that are not stored are {@link Known#NOTHING}
     */
    StateDerivation(RoomHead head, List<Task> tasks, Function<Place, Known> known) {
        this.tasks = tasks;
        this.known = known;
        // A few state events that are merged over and over again would cost the square of their number.
        boolean costly = head.stateChunks() > CHUNKS_FREE + head.events() / EVENTS_A_CHUNK;
        maxMerged = costly ? FEW_MERGED_NODES : MAX_MERGED_NODES;
    }

    /** Derives what is left. Fails with {@link MissingChunksException}: run it again then. */
    List<Derived> run(StateNodes.Session nodes) {
        foresee(nodes.trie());
        while (derived.size() < tasks.size()) {
            Task task = tasks.get(derived.size());
            Derived result = derive(nodes.trie(), task);
            derived.add(result);
            own.put(task.place(), new Known(result.after(), result.visibility()));
            nodes.progress();
        }
        return derived;
    }

    private void foresee(StateTrie trie) {
        if (foreseen) {
            return;
        }
        MissingChunksException.Several missing = new MissingChunksException.Several();
        Set<Subtree> roots = new LinkedHashSet<>();
        int left = MAX_FORESEEN;
        for (Task task : tasks) {
            for (Edge edge : task.parents()) {
                Subtree root = edge instanceof Edge.Known parent
                        ? known.apply(parent.place()).after()
                        : null;
                if (root != null) {
                    roots.add(root);
                }
            }
            Subtree root = roots.isEmpty() ? null : roots.iterator().next();
            if (root != null && task.change() instanceof StateChange.Holds holds && left-- > 0) {
                try {
                    StateEntry unused = trie.find(root, holds.key());
                } catch (MissingChunksException e) {
                    missing.add(e);
                }
            }
        }
        missing.throwIfAny();
        foreseen = true;
    }

    private Derived derive(StateTrie trie, Task task) {
        boolean fakeCreate = task.kind() == EventKind.CREATE && !task.parents().isEmpty();
        return from(trie, task, fakeCreate ? null : before(trie, task), this::known);
    }

    /** What follows from the state before an event; null if it is not known. */
    static Derived from(StateTrie trie, Task task, @Nullable Subtree before, Function<Place, Known> known) {
        VisibilityRule.Before visibilityBefore = null;
        if (before != null) {
            StateEntry entry = trie.find(before, StateKeys.HISTORY_VISIBILITY);
            visibilityBefore = new VisibilityRule.Before(entry == null ? 0 : entry.facts());
        }
        Visibility visibility = VisibilityRule.of(
                task.kind(),
                task.parents(),
                visibilityBefore,
                task.change(),
                place -> known.apply(place).visibility().isOpen());
        Subtree after = before == null
                ? null
                : before.equals(StateTrie.at(task.stored().before()))
                        ? StateTrie.at(task.stored().after())
                        : after(trie, task.place(), task.silent(), task.change(), before);
        return new Derived(task.place(), after == null ? null : before, after, visibility);
    }

    private @Nullable Subtree before(StateTrie trie, Task task) {
        if (task.kind() == EventKind.CREATE) {
            return Subtree.Leaf.EMPTY;
        }
        Set<Subtree> states = new LinkedHashSet<>();
        for (Edge edge : task.parents()) {
            Subtree after =
                    edge instanceof Edge.Known parent ? known(parent.place()).after() : null;
            if (after == null) {
                return null;
            }
            states.add(after);
        }
        if (states.size() <= 1) {
            return states.isEmpty() ? null : states.iterator().next();
        }
        Merged before = merges.get(states);
        if (before == null) {
            before = new Merged(new StateMerge(trie, maxMerged).of(states));
            merges.put(states, before);
        }
        return before.state();
    }

    private Known known(Place place) {
        Known derivedHere = own.get(place);
        return derivedHere != null ? derivedHere : known.apply(place);
    }

    /** The state after an event; null if it is not known. */
    static @Nullable Subtree after(StateTrie trie, Place place, boolean silent, StateChange change, Subtree before) {
        if (change instanceof StateChange.Untold) {
            return null;
        }
        if (!(change instanceof StateChange.Holds holds)) {
            return before;
        }
        if (!silent) {
            return trie.put(before, new StateEntry(holds.key(), place, null, holds.facts()));
        }
        // Servers took such an event once, or did not: both may be.
        StateEntry held = trie.find(before, holds.key());
        int shows = (held == null ? 0 : held.facts()) | holds.facts();
        boolean all = held == null && (shows & StateFacts.VISIBILITIES) != 0;
        return trie.put(before, StateEntry.conflicted(holds.key(), shows | (all ? StateFacts.SHOWS_ALL : 0)));
    }
}
