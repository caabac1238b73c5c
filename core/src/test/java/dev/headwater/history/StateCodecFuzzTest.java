package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.headwater.history.Subtree.Branch;
import dev.headwater.history.Subtree.Leaf;
import dev.headwater.history.Subtree.StateNode;
import dev.headwater.history.Subtree.Stored;
import dev.headwater.id.EventId;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a node of a state: what is read can be written and read again, all else is called no node. */
class StateCodecFuzzTest {
    private static final StateRoot ADDRESS = StateRoot.at(9, 0);

    static Stream<byte[]> nodes() {
        StateKey create = StateKey.of("m.room.create", "");
        StateKey member = StateKey.of("m.room.member", "@u:a.test");
        StateEntry[] entries = {
            new StateEntry(create, Place.of(-3, 2, 31), null, 0),
            new StateEntry(member, null, EventId.parse("$é:far.test"), StateFacts.JOIN),
            StateEntry.conflicted(member, StateFacts.SHOWS_ALL)
        };
        Subtree[] children = {
            new Stored(StateRoot.at(8, 77).address()),
            new Stored(StateRoot.at(9, 4).address())
        };
        return Stream.of(
                written(Leaf.EMPTY),
                written(new Leaf(entries)),
                written(new Branch(3, member, 0x8001, children, new int[] {1, 0x7f})),
                new byte[] {1, (byte) 0x80, 20, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1});
    }

    @MethodSource("nodes")
    @FuzzTest
    void readsWhatItWritesOrRefuses(byte[] bytes) {
        StateNode node;
        try {
            node = StateCodec.decode(bytes, ADDRESS);
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("no state node begins at");
            return;
        }
        byte[] written = written(node);
        StateNode again = StateCodec.decode(written, ADDRESS);
        assertThat(written(again)).isEqualTo(written);
        if (node instanceof Leaf leaf) {
            assertThat(leaf.entries).hasSizeLessThanOrEqualTo(Leaf.MAX_ENTRIES).isEqualTo(((Leaf) again).entries);
        } else {
            assertThat(((Branch) again).children).isEqualTo(((Branch) node).children);
        }
    }

    private static byte[] written(StateNode node) {
        long[] children = node instanceof Branch branch
                ? Arrays.stream(branch.children)
                        .mapToLong(child -> ((Stored) child).address())
                        .toArray()
                : new long[0];
        return StateCodec.encode(node, ADDRESS.chunk(), children);
    }
}
