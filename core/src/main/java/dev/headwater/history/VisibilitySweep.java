package dev.headwater.history;

import dev.headwater.id.RoomId;
import reactor.core.publisher.Mono;

/**
 * Derives states and visibility of events whose parents came after them, and mends edges that were left lazy: one pass
 * over a room, ascending in corrected depth, from where there may be something to do.
 *
 * <p>Its progress is kept in the room's head with every change, so that a sweep which was stopped goes on where it was.
 */
public final class VisibilitySweep {
    private static final long KEPT_STATES = 16 * 1024 * 1024;

    private final StateNodes states;

    public VisibilitySweep(EventStore store) {
        states = new StateNodes(store, KEPT_STATES);
    }

    /**
     * Sweeps a room; nothing is to do for most. Starts on subscription; on cancellation what was published stays.
     *
     * @return of how many events the visibility was unknown and is no more. Fails with {@link RoomContendedException} if others keep writing in
     *     between, and with {@link StoreUnavailableException}
     */
    public Mono<Long> sweep(RoomId room) {
        return Mono.defer(() -> {
            long[] derived = {0};
            Mono<Void> attempt = Mono.defer(() -> new SweepPass(states, room, derived).run());
            return RaceRetry.until(room, attempt).then(Mono.fromSupplier(() -> derived[0]));
        });
    }
}
