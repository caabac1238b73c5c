package dev.headwater.history;

import dev.headwater.id.RoomId;
import reactor.core.publisher.Mono;

/**
 * Proves events open whose parents came after them, and mends edges that were left lazy: one pass over a room, ascending
 * in corrected depth, from where there may be something to do.
 *
 * <p>Its progress is kept in the room's head with every change, so that a sweep which was stopped goes on where it was.
 */
public final class VisibilitySweep {
    private final EventStore store;

    public VisibilitySweep(EventStore store) {
        this.store = store;
    }

    /**
     * Sweeps a room; nothing is to do for most. Starts on subscription; on cancellation what was published stays.
     *
     * @return how many events were proven open. Fails with {@link RoomContendedException} if others keep writing in
     *     between, and with {@link StoreUnavailableException}
     */
    public Mono<Long> sweep(RoomId room) {
        return Mono.defer(() -> {
            long[] opened = {0};
            Mono<Void> attempt = Mono.defer(() -> new SweepPass(store, room, opened).run());
            return RaceRetry.until(room, attempt).then(Mono.fromSupplier(() -> opened[0]));
        });
    }
}
