package dev.headwater.history;

import static dev.headwater.history.Awaited.present;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.history.Subtree.Leaf;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.room.RoomVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class StateTrieTest {
    private static final long SEED = Long.getLong("headwater.seed", 20261123);
    private static final RoomHead HEAD = RoomHead.empty(RoomId.parse("!trie:a.test"), RoomVersion.V11);

    private final Map<Long, byte[]> chunks = new HashMap<>();
    private final Set<Long> read = new HashSet<>();
    private final LongFunction<Subtree.@Nullable StateNode> source = address -> {
        StateRoot root = new StateRoot(address);
        byte[] chunk = chunks.get(root.chunk());
        read.add(address);
        return chunk == null ? null : StateCodec.decode(chunk, root);
    };
    private final StateTrie trie = new StateTrie(source);
    private RoomHead head = HEAD;

    private static StateEntry entry(StateKey key, int n) {
        return n % 7 == 0
                ? new StateEntry(key, null, EventId.parse("$" + n + ":far.test"), n & 3)
                : new StateEntry(key, Place.of(n - 500, n % 3, n % 32), null, n & 3);
    }

    private static StateKey member(int user, int server) {
        return StateKey.of("m.room.member", "@u" + user + ":s" + server + ".test");
    }

    /** The same state after it was stored. */
    private Subtree stored(Subtree state) {
        StateChunks written = new StateChunks(head);
        StateRoot root = written.root(state);
        chunks.putAll(written.all());
        head = written.counted(head.next());
        return present(StateTrie.at(root));
    }

    private static Subtree put(StateTrie trie, Subtree state, Map<StateKey, StateEntry> plain, StateEntry entry) {
        plain.put(entry.key(), entry);
        return trie.put(state, entry);
    }

    @Test
    void holdsWhatWasPutLast() {
        Random random = new Random(SEED);
        Subtree state = Leaf.EMPTY;
        Map<StateKey, StateEntry> plain = new TreeMap<>();
        for (int i = 0; i < 6_000; i++) {
            StateKey key = random.nextInt(10) == 0
                    ? StateKey.of("type" + random.nextInt(5), "key" + random.nextInt(300))
                    : member(random.nextInt(50), random.nextInt(random.nextBoolean() ? 3 : 400));
            state = put(trie, state, plain, entry(key, i));
            if (i % 500 == 0) {
                state = stored(state);
            }
        }
        state = stored(state);
        assertThat(trie.all(state)).isEqualTo(new ArrayList<>(plain.values()));
        for (StateEntry entry : plain.values()) {
            assertThat(trie.find(state, entry.key())).isEqualTo(entry);
        }
        assertThat(trie.find(state, member(51, 1))).isNull();
        for (int server = 0; server < 401; server++) {
            StateKey group = StateKey.groupOf(ServerName.parse("s" + server + ".test"));
            int facts = 0;
            for (StateEntry entry : plain.values()) {
                facts |= entry.key().isInGroupOf(group) ? entry.facts() : 0;
            }
            assertThat(trie.factsOfGroup(state, group)).isEqualTo(facts);
        }
    }

    @Test
    void sharesAllButTheWayToWhatHasChanged() {
        Subtree state = Leaf.EMPTY;
        for (int i = 0; i < 100_000; i++) {
            state = trie.put(state, entry(member(i, i % 5_000), i));
        }
        state = stored(state);
        long before = chunks.values().stream().mapToLong(chunk -> chunk.length).sum();
        assertThat(before).isLessThan(100_000 * 50);
        for (int i = 0; i < 1_000; i++) {
            state = stored(trie.put(state, entry(member(i * 90, i * 90 % 5_000), i + 1)));
        }
        long after = chunks.values().stream().mapToLong(chunk -> chunk.length).sum();
        System.out.println(
                "a state of 100,000 members: " + before + " bytes; a change of one: " + (after - before) / 1_000);
        assertThat(after - before).isLessThan(1_000 * 600);
        read.clear();
        assertThat(trie.find(state, member(77_777, 2_777))).isNotNull();
        assertThat(read.size()).isLessThan(8);
        read.clear();
        assertThat(trie.factsOfGroup(state, StateKey.groupOf(ServerName.parse("s2777.test"))))
                .isNotZero();
        assertThat(read.size()).isLessThan(8);
    }

    @Test
    void changesNothingForWhatItHolds() {
        Subtree state = Leaf.EMPTY;
        for (int i = 0; i < 100; i++) {
            state = trie.put(state, entry(member(i, i), i));
        }
        state = stored(state);
        assertThat(trie.put(state, entry(member(50, 50), 50))).isSameAs(state);
        assertThat(trie.put(Leaf.EMPTY, entry(member(1, 1), 1))).isNotSameAs(Leaf.EMPTY);
    }

    @Test
    void mergesLikeMaps() {
        Random random = new Random(SEED);
        for (int round = 0; round < 400; round++) {
            Map<StateKey, StateEntry> base = new TreeMap<>();
            Subtree state = Leaf.EMPTY;
            int size = random.nextInt(random.nextInt(5) == 0 ? 400 : 20);
            for (int i = 0; i < size; i++) {
                state = put(trie, state, base, entry(member(random.nextInt(30), random.nextInt(20)), i));
            }
            state = random.nextBoolean() ? stored(state) : state;
            List<Subtree> branches = new ArrayList<>();
            List<Map<StateKey, StateEntry>> plain = new ArrayList<>();
            for (int b = 0; b < 2 + random.nextInt(3); b++) {
                Map<StateKey, StateEntry> map = new TreeMap<>(random.nextInt(6) == 0 ? Map.of() : base);
                Subtree branch = map.isEmpty() ? Leaf.EMPTY : state;
                for (int i = random.nextInt(random.nextInt(4) == 0 ? 100 : 6); i > 0; i--) {
                    StateKey key = member(random.nextInt(30), random.nextInt(20));
                    branch = put(
                            trie,
                            branch,
                            map,
                            random.nextInt(5) == 0
                                    ? StateEntry.conflicted(key, StateFacts.SHOWS_JOINED)
                                    : entry(key, random.nextInt(4)));
                }
                branches.add(random.nextBoolean() ? stored(branch) : branch);
                plain.add(map);
            }
            Subtree merged = present(new StateMerge(trie, 100_000).of(branches));
            assertThat(trie.all(merged)).as("round %d of %d", round, SEED).isEqualTo(merged(plain));
            assertThat(trie.all(stored(merged))).isEqualTo(merged(plain));
            assertThat(Subtree.facts(trie.node(merged)))
                    .isEqualTo(
                            merged(plain).stream().mapToInt(StateEntry::facts).reduce(0, (a, b) -> a | b));
        }
    }

    private static List<StateEntry> merged(List<Map<StateKey, StateEntry>> branches) {
        Map<StateKey, StateEntry> merged = new TreeMap<>();
        for (Map<StateKey, StateEntry> branch : branches) {
            for (StateKey key : branch.keySet()) {
                StateEntry one = present(branch.get(key));
                int shows = 0;
                boolean same = true;
                for (Map<StateKey, StateEntry> other : branches) {
                    StateEntry there = other.get(key);
                    same &= one.equals(there);
                    shows |= there == null ? 0 : there.facts() & StateFacts.VISIBILITIES;
                }
                merged.put(key, same ? one : StateEntry.conflicted(key, shows == 0 ? 0 : shows | StateFacts.SHOWS_ALL));
            }
        }
        return new ArrayList<>(merged.values());
    }

    @Test
    void keepsWhatBranchesSayAlikeThoughTheyDoNotShareIt() {
        StateEntry disputed = StateEntry.conflicted(member(1, 1), StateFacts.SHOWS_JOINED);
        Subtree state = stored(trie.put(Leaf.EMPTY, disputed));
        Subtree left = stored(trie.put(state, entry(member(2, 2), 1)));
        Subtree right = stored(trie.put(state, entry(member(3, 3), 1)));
        Subtree merged = present(new StateMerge(trie, StateDerivation.FEW_MERGED_NODES).of(List.of(left, right)));
        assertThat(trie.find(merged, member(1, 1))).isEqualTo(disputed);
    }

    @Test
    void readsOfAMergeOnlyWhatTheBranchesDoNotShare() {
        Subtree state = Leaf.EMPTY;
        for (int i = 0; i < 50_000; i++) {
            state = trie.put(state, entry(member(i, i % 999), i));
        }
        state = stored(state);
        Subtree left = stored(trie.put(state, entry(member(7, 7), 1)));
        Subtree right = stored(trie.put(state, entry(member(40_000, 40), 1)));
        read.clear();
        Subtree merged = present(new StateMerge(trie, StateDerivation.FEW_MERGED_NODES).of(List.of(left, right)));
        assertThat(read.size()).isLessThan(40);
        assertThat(present(trie.find(merged, member(7, 7))).isConflicted()).isTrue();
        assertThat(present(trie.find(merged, member(40_000, 40))).isConflicted())
                .isTrue();
        assertThat(present(trie.find(merged, member(8, 8))).isConflicted()).isFalse();
        assertThat(new StateMerge(trie, 10).of(List.of(left, right))).isNull();
        assertThat(new StateMerge(trie, 1_000).of(List.of(state, Leaf.EMPTY))).isNull();
        assertThat(new StateMerge(trie, 10).of(List.of(left, left))).isSameAs(left);
    }

    @Test
    void saysWhatIsNotAtHand() {
        Subtree state = Leaf.EMPTY;
        for (int i = 0; i < 1_000; i++) {
            state = trie.put(state, entry(member(i, i), i));
        }
        Subtree stored = stored(state);
        Map<Long, byte[]> all = Map.copyOf(chunks);
        chunks.clear();
        int rounds = 0;
        for (boolean done = false; !done; rounds++) {
            try {
                assertThat(trie.all(stored)).hasSize(1_000);
                done = true;
            } catch (MissingChunksException missing) {
                missing.chunks().forEach(chunk -> chunks.put(chunk, present(all.get(chunk))));
            }
        }
        assertThat(rounds).isLessThan(6);
    }

    @Test
    void refusesBytesThatAreNoNode() {
        byte[] chunk = {9, 1, 2, 3};
        for (int offset : new int[] {0, 1, 3, 4, 100}) {
            assertThatThrownBy(() -> StateCodec.decode(chunk, StateRoot.at(1, offset)))
                    .isInstanceOf(IllegalStateException.class);
        }
        Subtree state = Leaf.EMPTY;
        for (int i = 0; i < 300; i++) {
            state = trie.put(state, entry(member(i, i), i));
        }
        stored(state);
        Random random = new Random(SEED);
        chunks.forEach((number, whole) -> {
            for (int i = 0; i < 3_000; i++) {
                byte[] broken = whole.clone();
                broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
                try {
                    StateCodec.decode(broken, StateRoot.at(number, random.nextInt(broken.length)));
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining("no state node");
                }
            }
        });
    }
}
