package dev.headwater.history;

import dev.headwater.id.RoomId;
import reactor.core.publisher.Mono;

/**
 * Decides about the redactions of a room, and looks for events of redacted senders: one pass, ascending in corrected
 * depth, from where there may be something to do. What was somebody's right to redact is gone from the store for good;
 * what was not loses its mark; of what cannot be proven either way, the mark stays.
 *
 * <p>Its progress is kept in the room's head with every change, so that a sweep which was stopped goes on where it was. To
 * be run after {@link VisibilitySweep}, since it depends on the states that one derives.
 */
public final class RedactionSweep {
    private static final long KEPT_STATES = 4 * 1024 * 1024;

    private final StateNodes states;

    public RedactionSweep(EventStore store) {
        states = new StateNodes(store, KEPT_STATES);
    }

    /**
     * Sweeps a room; nothing is to do for most. Starts on subscription; on cancellation what was published stays.
     *
     * @return how many redactions were decided. Fails with {@link RoomContendedException} if others keep writing in
     *     between, and with {@link StoreUnavailableException}
     */
    public Mono<Long> sweep(RoomId room) {
        return Mono.defer(() -> {
            long[] decided = {0};
            Mono<Void> attempt = Mono.defer(() -> new RedactionPass(states, room, decided).run());
            return RaceRetry.until(room, attempt).then(Mono.fromSupplier(() -> decided[0]));
        });
    }
}
