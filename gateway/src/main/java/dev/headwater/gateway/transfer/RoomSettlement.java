package dev.headwater.gateway.transfer;

import dev.headwater.history.CurrentState;
import dev.headwater.history.EventStore;
import dev.headwater.history.RedactionSweep;
import dev.headwater.history.VisibilitySweep;
import dev.headwater.id.RoomId;
import reactor.core.publisher.Mono;

/** Derives what can be derived of a room only when all is there: who may see what, what was rightly redacted, who is in it. */
public final class RoomSettlement {
    private final EventStore store;

    public RoomSettlement(EventStore store) {
        this.store = store;
    }

    /**
     * Settles a room; replaces who is in it, also if that was told. Starts on subscription; on cancellation what was
     * published stays, and it may be repeated. Fails as {@link VisibilitySweep}, {@link RedactionSweep} and
     * {@link CurrentState} do.
     */
    public Mono<Void> of(RoomId room) {
        return new VisibilitySweep(store)
                .sweep(room)
                .then(new RedactionSweep(store).sweep(room))
                .then(new CurrentState(store).of(room))
                .flatMap(admission -> store.admit(room, admission));
    }
}
