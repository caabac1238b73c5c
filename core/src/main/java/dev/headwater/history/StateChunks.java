package dev.headwater.history;

import dev.headwater.history.Subtree.Branch;
import dev.headwater.history.Subtree.Leaf;
import dev.headwater.history.Subtree.StateNode;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives new state nodes their addresses, children before their parents, so that what is read together lies together. */
final class StateChunks {
    /** A chunk that holds as much takes no further node. */
    private static final int BYTES = 4 * 1024;

    private final Map<Long, byte[]> closed = new HashMap<>();
    private final Map<StateNode, Long> written = new IdentityHashMap<>();
    private ByteArrayOutputStream open = new ByteArrayOutputStream(2 * BYTES);
    private long chunk;

    /** @param head at which the chunks are going to be published */
    StateChunks(RoomHead head) {
        chunk = head.nextStateChunk();
    }

    /** The root of a state, whose new nodes are stored by the next publish; {@link StateRoot#UNKNOWN} of null. */
    StateRoot root(@Nullable Subtree state) {
        return state == null
                ? StateRoot.UNKNOWN
                : state instanceof Leaf leaf && leaf.entries.length == 0
                        ? StateRoot.EMPTY
                        : new StateRoot(address(state));
    }

    StateAround around(@Nullable Subtree before, @Nullable Subtree after) {
        return before == null || after == null
                ? StateAround.UNKNOWN
                : new StateAround(root(before), root(after), false);
    }

    private long address(Subtree subtree) {
        if (subtree instanceof Subtree.Stored stored) {
            return stored.address();
        }
        StateNode node = (StateNode) subtree;
        Long before = written.get(node);
        if (before != null) {
            return before;
        }
        long[] children = {};
        if (node instanceof Branch branch) {
            children = new long[branch.children.length];
            for (int i = 0; i < children.length; i++) {
                children[i] = address(branch.children[i]);
            }
        }
        if (open.size() >= BYTES) {
            close();
        }
        long address = StateRoot.at(chunk, open.size()).address();
        open.writeBytes(StateCodec.encode(node, chunk, children));
        written.put(node, address);
        return address;
    }

    private void close() {
        closed.put(chunk, open.toByteArray());
        open = new ByteArrayOutputStream(2 * BYTES);
        chunk++;
    }

    int nodes() {
        return written.size();
    }

    /** All chunks, by number. No further node may follow. */
    Map<Long, byte[]> all() {
        if (open.size() > 0) {
            close();
        }
        return closed;
    }

    /** The head with these chunks counted. */
    RoomHead counted(RoomHead after) {
        return all().isEmpty() ? after : after.withStateChunks(chunk - 1);
    }
}
