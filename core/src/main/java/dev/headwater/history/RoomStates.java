package dev.headwater.history;

import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Answers what stands in the states of rooms. It keeps nothing between two questions: a store that does keep chunks also
 * knows when to forget them. Thread safe.
 *
 * <p>Every method starts on subscription, sends no further command to the store once it is cancelled, and fails with {@link
 * StoreUnavailableException}.
 */
public final class RoomStates {
    /** States that are looked into at once, which bounds what is held of them. */
    private static final int AT_ONCE = 128;

    private final StateNodes nodes;

    public RoomStates(EventStore store) {
        nodes = new StateNodes(store, 0);
    }

    /**
     * What the memberships of a server's users are in some states: of each, the {@link StateFacts} of all of them
     * together.
     *
     * @param roots all known
     */
    public Mono<Map<StateRoot, Integer>> memberships(RoomId room, ServerName server, Collection<StateRoot> roots) {
        StateKey group = StateKey.groupOf(server);
        return Mono.defer(() -> {
            Map<StateRoot, Integer> facts = new HashMap<>();
            return Flux.fromIterable(roots)
                    .buffer(AT_ONCE)
                    .concatMap(some -> nodes.with(room, session -> look(session, group, some, facts)), 1)
                    .then(Mono.just(facts));
        });
    }

    private static boolean look(
            StateNodes.Session session, StateKey group, List<StateRoot> roots, Map<StateRoot, Integer> facts) {
        MissingChunksException.Several missing = new MissingChunksException.Several();
        for (StateRoot root : roots) {
            if (!facts.containsKey(root)) {
                try {
                    facts.put(root, session.trie().factsOfGroup(known(root), group));
                } catch (MissingChunksException e) {
                    missing.add(e);
                }
            }
        }
        missing.throwIfAny();
        return true;
    }

    /** What holds a pair of type and state key in a state that is known; empty if nothing does. */
    public Mono<StateEntry> find(RoomId room, StateRoot root, String type, String stateKey) {
        StateKey key = StateKey.of(type, stateKey);
        return nodes.with(room, session -> session.trie().find(known(root), key));
    }

    /** Whether nothing in a state that is known takes state resolution. */
    public Mono<Boolean> isCertain(RoomId room, StateRoot root) {
        return nodes.with(room, session -> (session.trie().facts(known(root)) & StateFacts.CONFLICTED) == 0);
    }

    /** All entries of a state that is known, in no order that means anything; held as a whole. */
    public Mono<List<StateEntry>> all(RoomId room, StateRoot root) {
        return nodes.with(room, session -> session.trie().all(known(root)));
    }

    /** As {@link #all(RoomId, StateRoot)}; fails with {@link NotDerivableException} if there are more than so many. */
    public Mono<List<StateEntry>> all(RoomId room, StateRoot root, int atMost) {
        return nodes.with(room, session -> {
            List<StateEntry> all = new ArrayList<>();
            session.trie().each(known(root), entry -> {
                if (all.size() == atMost) {
                    throw new NotDerivableException("the state has more than " + atMost + " events");
                }
                all.add(entry);
            });
            return all;
        });
    }

    private static Subtree known(StateRoot root) {
        Subtree state = StateTrie.at(root);
        if (state == null) {
            throw new IllegalArgumentException("a state that is not known was asked for");
        }
        return state;
    }
}
