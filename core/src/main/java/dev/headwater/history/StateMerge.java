package dev.headwater.history;

import dev.headwater.history.Subtree.Branch;
import dev.headwater.history.Subtree.Leaf;
import dev.headwater.history.Subtree.StateNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state where branches of a room meet, as far as it is certain without state resolution: a pair of type and state key
 * that the same event holds on every branch stays with that event, whatever the room version; every other pair that any
 * branch knows is conflicted. What is said alike on every branch stays as it is, whether they share the node that says it or
 * not, so that a state does not depend on how it was stored.
 *
 * <p>It looks only at what the branches do not share, and gives up beyond a number of nodes. One merge, once.
 *
 * @see <a href="https://spec.matrix.org/v1.18/rooms/v2/#state-resolution">State resolution, unconflicted state map</a>
 */
final class StateMerge {
    private final StateTrie trie;
    private final MissingChunksException.Several missing = new MissingChunksException.Several();
    private int nodesLeft;

    StateMerge(StateTrie trie, int maxNodes) {
        this.trie = trie;
        nodesLeft = maxNodes;
    }

    /** @return null if it takes too many nodes. Fails once for all chunks that are not at hand */
    @Nullable
    Subtree of(Collection<Subtree> branches) {
        try {
            Subtree merged = null;
            for (Subtree branch : branches) {
                merged = merged == null ? branch : merge(merged, branch);
                missing.throwIfAny();
            }
            return merged;
        } catch (TooWide e) {
            return null;
        }
    }

    private Subtree merge(Subtree a, Subtree b) {
        if (a.equals(b)) {
            return a;
        }
        StateNode x = read(a);
        StateNode y = read(b);
        if (x == null || y == null) {
            return a;
        }
        if (!(x instanceof Branch above && y instanceof Branch below)) {
            return either(StateTrie.of(merge(entries(x), entries(y))), a, b);
        }
        if (above.depth > below.depth) {
            return merge(b, a);
        }
        int shared = above.prefix.digitsShared(below.prefix);
        if (shared < above.depth) {
            Branch both = new Branch(shared, above.prefix, 0, new Subtree[0], new int[0]);
            return link(
                    link(both, above.prefix.digit(shared), conflicted(a)), below.prefix.digit(shared), conflicted(b));
        }
        if (above.depth < below.depth) {
            int digit = below.prefix.digit(above.depth);
            Subtree child = above.has(digit) ? merge(above.children[above.position(digit)], b) : conflicted(b);
            return link(conflictedBut(above, digit), digit, child);
        }
        return byDigit(a, b, above, below);
    }

    private Subtree byDigit(Subtree a, Subtree b, Branch x, Branch y) {
        Branch merged = x;
        boolean likeY = true;
        for (int digit = 0; digit < 16; digit++) {
            if (!x.has(digit) && !y.has(digit)) {
                continue;
            }
            Subtree ofX = x.has(digit) ? x.children[x.position(digit)] : null;
            Subtree ofY = y.has(digit) ? y.children[y.position(digit)] : null;
            Subtree child = ofX == null ? conflicted(requireOne(ofY)) : ofY == null ? conflicted(ofX) : merge(ofX, ofY);
            if (child != ofX) {
                merged = link(merged, digit, child);
            }
            likeY &= child.equals(ofY);
        }
        return merged == x ? a : likeY ? b : merged;
    }

    private static Subtree requireOne(@Nullable Subtree child) {
        if (child == null) {
            throw new IllegalStateException("neither branch has the digit that one of them has");
        }
        return child;
    }

    /** The same entries, each conflicted: other branches know nothing of them. */
    private Subtree conflicted(Subtree subtree) {
        StateNode node = read(subtree);
        if (node == null) {
            return subtree;
        }
        if (node instanceof Branch branch) {
            Branch changed = conflictedBut(branch, -1);
            return changed == branch ? subtree : changed;
        }
        StateEntry[] before = ((Leaf) node).entries;
        StateEntry[] after = new StateEntry[before.length];
        boolean same = true;
        for (int i = 0; i < before.length; i++) {
            after[i] = conflicted(before[i].key(), before[i].facts());
            same &= after[i].equals(before[i]);
        }
        return same ? subtree : new Leaf(after);
    }

    private Branch conflictedBut(Branch branch, int spared) {
        Branch changed = branch;
        for (int digit = 0; digit < 16; digit++) {
            if (branch.has(digit) && digit != spared) {
                Subtree before = branch.children[branch.position(digit)];
                Subtree after = conflicted(before);
                if (after != before) {
                    changed = link(changed, digit, after);
                }
            }
        }
        return changed;
    }

    private static StateEntry conflicted(StateKey key, int facts) {
        // That no event holds the pair is always among what resolution may come to, and absent means shared.
        int shows = facts & StateFacts.VISIBILITIES;
        return StateEntry.conflicted(key, shows == 0 ? 0 : shows | StateFacts.SHOWS_ALL);
    }

    private static List<StateEntry> merge(List<StateEntry> a, List<StateEntry> b) {
        List<StateEntry> merged = new ArrayList<>(Math.max(a.size(), b.size()));
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            int order = i == a.size()
                    ? 1
                    : j == b.size() ? -1 : a.get(i).key().compareTo(b.get(j).key());
            StateEntry of = order <= 0 ? a.get(i) : b.get(j);
            int others = order == 0 ? b.get(j).facts() : 0;
            boolean same = order == 0 && a.get(i).equals(b.get(j));
            merged.add(same ? of : conflicted(of.key(), of.facts() | others));
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return merged;
    }

    private List<StateEntry> entries(StateNode node) {
        if (node instanceof Leaf leaf) {
            return List.of(leaf.entries);
        }
        List<StateEntry> all = new ArrayList<>();
        for (Subtree child : ((Branch) node).children) {
            StateNode read = read(child);
            if (read != null) {
                all.addAll(entries(read));
            }
        }
        return all;
    }

    /** What is stored already is not stored again. */
    private Subtree either(StateNode merged, Subtree a, Subtree b) {
        return merged instanceof Leaf leaf ? isLike(leaf, a) ? a : isLike(leaf, b) ? b : merged : merged;
    }

    private boolean isLike(Leaf leaf, Subtree other) {
        return trie.node(other) instanceof Leaf stored && List.of(leaf.entries).equals(List.of(stored.entries));
    }

    private Branch link(Branch branch, int digit, Subtree child) {
        // It was read or made already, so it does not count again.
        StateNode node = readAgain(child);
        return branch.with(digit, child, node == null ? 0 : Subtree.facts(node));
    }

    private @Nullable StateNode read(Subtree subtree) {
        if (--nodesLeft < 0) {
            throw new TooWide();
        }
        return readAgain(subtree);
    }

    private @Nullable StateNode readAgain(Subtree subtree) {
        try {
            return trie.node(subtree);
        } catch (MissingChunksException e) {
            missing.add(e);
            return null;
        }
    }

    private static final class TooWide extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooWide() {
            super("too many nodes", null, false, false);
        }
    }
}
