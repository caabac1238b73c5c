package dev.headwater.history;

import java.util.HashSet;
import java.util.Set;

/** Nodes are needed of chunks that have not been read. */
final class MissingChunksException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Set<Long> chunks;

    MissingChunksException(long chunk) {
        this(Set.of(chunk));
    }

    private MissingChunksException(Set<Long> chunks) {
        super("chunks " + chunks + " of states are not at hand", null, false, false);
        this.chunks = chunks;
    }

    Set<Long> chunks() {
        return chunks;
    }

    /** Gathers what is missing in several places, so that it can be read at once. */
    static final class Several {
        private final Set<Long> chunks = new HashSet<>();

        void add(MissingChunksException missing) {
            chunks.addAll(missing.chunks);
        }

        void throwIfAny() {
            if (!chunks.isEmpty()) {
                throw new MissingChunksException(chunks);
            }
        }
    }
}
