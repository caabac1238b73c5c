package dev.headwater.history;

import dev.headwater.history.Subtree.StateNode;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The state nodes of rooms, read from the store as they are needed, and kept for a while for one who works through a room.
 * They never change, and a room that is stored anew numbers its chunks anew. Thread safe.
 */
final class StateNodes {
    /** What one chunk costs beside its bytes. */
    private static final int OVERHEAD = 200;

    private record ChunkOf(RoomId room, long number) {}

    private final EventStore store;
    private final long maxBytes;
    // Guarded by itself.
    private final LinkedHashMap<ChunkOf, byte[]> kept = new LinkedHashMap<>(64, 0.75f, true);
    private long bytes;

    /** @param maxBytes that are kept at most */
    StateNodes(EventStore store, long maxBytes) {
        this.store = store;
        this.maxBytes = maxBytes;
    }

    EventStore store() {
        return store;
    }

    /**
     * Runs {@code work} on subscription, again and again, each time with the nodes read that it has missed, until it
     * misses none. Fails with {@link StoreUnavailableException}.
     *
     * @param work must not block; null is empty
     */
    <T> Mono<T> with(RoomId room, Function<Session, @Nullable T> work) {
        return Mono.defer(() -> {
            Session session = new Session(room);
            List<T> result = new ArrayList<>(1);
            boolean[] done = {false};
            return Mono.defer(() -> {
                        try {
                            T value = work.apply(session);
                            done[0] = true;
                            if (value != null) {
                                result.add(value);
                            }
                            return Mono.empty();
                        } catch (MissingChunksException missing) {
                            return session.read(missing);
                        }
                    })
                    .repeat(() -> !done[0])
                    .then(Mono.defer(() -> result.isEmpty() ? Mono.empty() : Mono.just(result.get(0))));
        });
    }

    /** Keeps chunks that were just published. */
    void keep(RoomId room, Map<Long, byte[]> chunks) {
        synchronized (kept) {
            chunks.forEach((number, nodes) -> {
                byte[] before = kept.put(new ChunkOf(room, number), nodes);
                bytes += nodes.length + OVERHEAD - (before == null ? 0 : before.length + OVERHEAD);
            });
            var eldest = kept.entrySet().iterator();
            while (bytes > maxBytes && eldest.hasNext()) {
                bytes -= eldest.next().getValue().length + OVERHEAD;
                eldest.remove();
            }
        }
    }

    private byte @Nullable [] kept(RoomId room, long number) {
        synchronized (kept) {
            return kept.get(new ChunkOf(room, number));
        }
    }

    /** The nodes of one room for one piece of work. */
    final class Session {
        private final RoomId room;
        // What was read for this work is at hand until it makes progress, however little the cache holds.
        private final Map<Long, byte[]> pinned = new HashMap<>();
        private final StateTrie trie = new StateTrie(this::node);

        private Session(RoomId room) {
            this.room = room;
        }

        StateTrie trie() {
            return trie;
        }

        /** Says that what was read so far is not needed again. */
        void progress() {
            pinned.clear();
        }

        private @Nullable StateNode node(long address) {
            StateRoot root = new StateRoot(address);
            byte[] chunk = pinned.get(root.chunk());
            if (chunk == null) {
                chunk = kept(room, root.chunk());
            }
            return chunk == null ? null : StateCodec.decode(chunk, root);
        }

        private Mono<Void> read(MissingChunksException missing) {
            return Flux.fromIterable(missing.chunks())
                    .buffer(EventStore.MAX_STATE_CHUNKS)
                    .concatMap(numbers -> store.stateChunks(room, numbers).doOnNext(this::take), 1)
                    .then(Mono.fromRunnable(() -> requireAll(missing)));
        }

        private void take(Map<Long, byte[]> chunks) {
            pinned.putAll(chunks);
            keep(room, chunks);
        }

        private void requireAll(MissingChunksException missing) {
            if (!pinned.keySet().containsAll(missing.chunks())) {
                throw new IllegalStateException(
                        "Room " + room + ": the store has lost some of " + missing.getMessage());
            }
        }
    }
}
