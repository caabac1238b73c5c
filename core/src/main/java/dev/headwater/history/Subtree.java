package dev.headwater.history;

/** A part of a state's trie: where it is stored, or the node itself. */
sealed interface Subtree {
    /** All facts below. */
    static int facts(StateNode node) {
        if (node instanceof Leaf leaf) {
            int facts = 0;
            for (StateEntry entry : leaf.entries) {
                facts |= entry.facts();
            }
            return facts;
        }
        int facts = 0;
        for (int of : ((Branch) node).facts) {
            facts |= of;
        }
        return facts;
    }

    record Stored(long address) implements Subtree {}

    /** Never changes once it is made; the same object is the same node. */
    sealed interface StateNode extends Subtree {}

    /** A few entries, ascending by key. */
    final class Leaf implements StateNode {
        /** One that has more becomes a branch. */
        static final int MAX_ENTRIES = 8;

        static final Leaf EMPTY = new Leaf(new StateEntry[0]);

        final StateEntry[] entries;

        Leaf(StateEntry[] entries) {
            this.entries = entries;
        }
    }

    /** Nodes of which all keys share the digits before {@code depth}; there they part. */
    final class Branch implements StateNode {
        final int depth;
        /** Counts up to {@code depth} only. */
        final StateKey prefix;
        /** A bit for each digit that has a child. */
        final int digits;

        final Subtree[] children;
        /** By child, so that a question about a group need not go below it. */
        final int[] facts;

        Branch(int depth, StateKey prefix, int digits, Subtree[] children, int[] facts) {
            this.depth = depth;
            this.prefix = prefix;
            this.digits = digits;
            this.children = children;
            this.facts = facts;
        }

        boolean has(int digit) {
            return (digits & 1 << digit) != 0;
        }

        /** Where the child of a digit stands among the children, or would stand. */
        int position(int digit) {
            return Integer.bitCount(digits & (1 << digit) - 1);
        }

        boolean covers(StateKey key) {
            return prefix.digitsShared(key) >= depth;
        }

        Branch with(int digit, StateNode child) {
            return with(digit, child, Subtree.facts(child));
        }

        Branch with(int digit, Subtree child, int below) {
            int at = position(digit);
            int more = has(digit) ? 0 : 1;
            Subtree[] nodes = new Subtree[children.length + more];
            int[] bits = new int[nodes.length];
            System.arraycopy(children, 0, nodes, 0, at);
            System.arraycopy(facts, 0, bits, 0, at);
            System.arraycopy(children, at + 1 - more, nodes, at + 1, nodes.length - at - 1);
            System.arraycopy(facts, at + 1 - more, bits, at + 1, nodes.length - at - 1);
            nodes[at] = child;
            bits[at] = below;
            return new Branch(depth, prefix, digits | 1 << digit, nodes, bits);
        }
    }
}
