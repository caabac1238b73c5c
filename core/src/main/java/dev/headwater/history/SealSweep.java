package dev.headwater.history;

import dev.headwater.id.RoomId;
import reactor.core.publisher.Mono;

/**
 * Seals the pages of a room that are not likely to grow any more: one pass, ascending, from where there may be something to
 * do. That is every page but the room's newest, unless that one is full, and but those of a few events.
 *
 * <p>Its progress is kept in the room's head with every change, so that a sweep which was stopped goes on where it was. To
 * be run after {@link RedactionSweep}, since to change the body of a sealed page is to write all of it.
 */
public final class SealSweep {
    private final EventStore store;
    private final int minBytes;

    public SealSweep(EventStore store) {
        this(store, SealPass.MIN_BYTES);
    }

    /** @param minBytes pages of fewer stay open */
    SealSweep(EventStore store, int minBytes) {
        this.store = store;
        this.minBytes = minBytes;
    }

    /**
     * Sweeps a room. Starts on subscription; on cancellation what was published stays.
     *
     * @return how many pages were sealed. Fails with {@link RoomContendedException} if others keep writing in between, and
     *     with {@link StoreUnavailableException}
     */
    public Mono<Long> sweep(RoomId room) {
        return Mono.defer(() -> {
            long[] sealed = {0};
            Mono<Void> attempt = Mono.defer(() -> new SealPass(store, room, minBytes, sealed).run());
            return RaceRetry.until(room, attempt).then(Mono.fromSupplier(() -> sealed[0]));
        });
    }
}
