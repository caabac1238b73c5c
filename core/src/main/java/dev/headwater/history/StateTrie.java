package dev.headwater.history;

import dev.headwater.history.Subtree.Branch;
import dev.headwater.history.Subtree.Leaf;
import dev.headwater.history.Subtree.StateNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * States as tries of nodes that never change: a changed state shares all nodes with the one before but those on the way
 * to what has changed. Without any waiting: where a node is not at hand, it fails with {@link MissingChunksException},
 * and whoever has read the chunks asks again.
 */
final class StateTrie {
    private final LongFunction<@Nullable StateNode> nodes;

    /** @param nodes the stored node at an address, or null if its chunk is not at hand */
    StateTrie(LongFunction<@Nullable StateNode> nodes) {
        this.nodes = nodes;
    }

    /** The state that a root names; null if it is not known. */
    static @Nullable Subtree at(StateRoot root) {
        return root.isKnown() ? root.equals(StateRoot.EMPTY) ? Leaf.EMPTY : new Subtree.Stored(root.address()) : null;
    }

    StateNode node(Subtree subtree) {
        if (subtree instanceof Subtree.Stored stored) {
            StateNode node = nodes.apply(stored.address());
            if (node == null) {
                throw new MissingChunksException(new StateRoot(stored.address()).chunk());
            }
            return node;
        }
        return (StateNode) subtree;
    }

    @Nullable
    StateEntry find(Subtree state, StateKey key) {
        StateNode node = node(state);
        while (node instanceof Branch branch) {
            int digit = key.digit(branch.depth);
            if (!branch.covers(key) || !branch.has(digit)) {
                return null;
            }
            node = node(branch.children[branch.position(digit)]);
        }
        for (StateEntry entry : ((Leaf) node).entries) {
            if (entry.key().equals(key)) {
                return entry;
            }
        }
        return null;
    }

    /** All facts of a group; its other keys do not count. */
    int factsOfGroup(Subtree state, StateKey group) {
        StateNode node = node(state);
        while (node instanceof Branch branch) {
            int shared = branch.prefix.digitsShared(group);
            if (branch.depth >= StateKey.GROUP_DIGITS) {
                return shared >= StateKey.GROUP_DIGITS ? Subtree.facts(branch) : 0;
            }
            int digit = group.digit(branch.depth);
            if (shared < branch.depth || !branch.has(digit)) {
                return 0;
            }
            node = node(branch.children[branch.position(digit)]);
        }
        int facts = 0;
        for (StateEntry entry : ((Leaf) node).entries) {
            facts |= entry.key().isInGroupOf(group) ? entry.facts() : 0;
        }
        return facts;
    }

    int facts(Subtree state) {
        return Subtree.facts(node(state));
    }

    /** The state in which {@code entry} holds its key; the same one if it does already. */
    Subtree put(Subtree state, StateEntry entry) {
        StateNode before = node(state);
        StateNode after = before instanceof Leaf leaf ? put(leaf, entry) : put((Branch) before, entry);
        return after == before ? state : after;
    }

    private StateNode put(Branch branch, StateEntry entry) {
        StateKey key = entry.key();
        int shared = branch.prefix.digitsShared(key);
        if (shared < branch.depth) {
            return new Branch(shared, key, 0, new Subtree[0], new int[0])
                    .with(branch.prefix.digit(shared), branch)
                    .with(key.digit(shared), new Leaf(new StateEntry[] {entry}));
        }
        int digit = key.digit(branch.depth);
        if (!branch.has(digit)) {
            return branch.with(digit, new Leaf(new StateEntry[] {entry}));
        }
        Subtree before = branch.children[branch.position(digit)];
        return put(before, entry) instanceof StateNode after && after != before ? branch.with(digit, after) : branch;
    }

    private static StateNode put(Leaf leaf, StateEntry entry) {
        int at = 0;
        while (at < leaf.entries.length && leaf.entries[at].key().compareTo(entry.key()) < 0) {
            at++;
        }
        if (at < leaf.entries.length && leaf.entries[at].key().equals(entry.key())) {
            if (leaf.entries[at].equals(entry)) {
                return leaf;
            }
            StateEntry[] changed = leaf.entries.clone();
            changed[at] = entry;
            return new Leaf(changed);
        }
        StateEntry[] more = Arrays.copyOf(leaf.entries, leaf.entries.length + 1);
        System.arraycopy(leaf.entries, at, more, at + 1, leaf.entries.length - at);
        more[at] = entry;
        return of(more, 0, more.length);
    }

    /** A state of entries that ascend by key. */
    static StateNode of(List<StateEntry> ascending) {
        StateEntry[] entries = ascending.toArray(StateEntry[]::new);
        return of(entries, 0, entries.length);
    }

    private static StateNode of(StateEntry[] entries, int from, int to) {
        if (to - from <= Leaf.MAX_ENTRIES) {
            return new Leaf(Arrays.copyOfRange(entries, from, to));
        }
        StateKey first = entries[from].key();
        int depth = first.digitsShared(entries[to - 1].key());
        Branch branch = new Branch(depth, first, 0, new Subtree[0], new int[0]);
        int begin = from;
        for (int i = from + 1; i <= to; i++) {
            if (i == to || entries[i].key().digit(depth) != entries[begin].key().digit(depth)) {
                branch = branch.with(entries[begin].key().digit(depth), of(entries, begin, i));
                begin = i;
            }
        }
        return branch;
    }

    /** Whether two states are equal; looks only at what they do not share. */
    boolean areEqual(Subtree a, Subtree b) {
        if (a.equals(b)) {
            return true;
        }
        StateNode x = node(a);
        StateNode y = node(b);
        if (x instanceof Leaf one && y instanceof Leaf other) {
            return Arrays.equals(one.entries, other.entries);
        }
        if (x instanceof Branch one
                && y instanceof Branch other
                && one.depth == other.depth
                && one.digits == other.digits) {
            for (int i = 0; i < one.children.length; i++) {
                if (!areEqual(one.children[i], other.children[i])) {
                    return false;
                }
            }
            return true;
        }
        return all(a).equals(all(b));
    }

    /** Hands out all entries, ascending by key. Fails once for all chunks of one depth that are not at hand. */
    void each(Subtree state, Consumer<StateEntry> sink) {
        MissingChunksException.Several missing = new MissingChunksException.Several();
        each(state, sink, missing);
        missing.throwIfAny();
    }

    private void each(Subtree state, Consumer<StateEntry> sink, MissingChunksException.Several missing) {
        StateNode node;
        try {
            node = node(state);
        } catch (MissingChunksException e) {
            missing.add(e);
            return;
        }
        if (node instanceof Leaf leaf) {
            for (StateEntry entry : leaf.entries) {
                sink.accept(entry);
            }
        } else {
            for (Subtree child : ((Branch) node).children) {
                each(child, sink, missing);
            }
        }
    }

    /** All entries, ascending by key. */
    List<StateEntry> all(Subtree state) {
        List<StateEntry> all = new ArrayList<>();
        each(state, all::add);
        return all;
    }
}
