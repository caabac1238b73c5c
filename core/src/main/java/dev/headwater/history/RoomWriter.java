package dev.headwater.history;

import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * The one way by which events enter a store: gives them corrected depths and places, opens and closes gaps, and marks
 * what they redact.
 *
 * <p>Several writers may write to one room at once. Each batch of at most 256 events or 1 MiB becomes visible as a whole
 * or not at all; writing an event again does nothing.
 */
public final class RoomWriter {
    private static final long KEPT_STATES = 16 * 1024 * 1024;

    private final StateNodes states;

    public RoomWriter(EventStore store) {
        states = new StateNodes(store, KEPT_STATES);
    }

    /**
     * Writes events of one room, in batches one after another, each sorted so that parents come before children. Starts
     * on subscription; on cancellation the batches that were published stay, and nothing else is visible.
     *
     * @return what became of each event. Fails with {@link IllegalArgumentException} if the room is stored with another
     *     room version, with {@link RoomContendedException} if others write too often in between, and with
     *     {@link StoreUnavailableException}; in each case the write may be repeated
     */
    public Mono<WriteResult> write(RoomId room, RoomVersion roomVersion, List<NewEvent> events) {
        return Mono.defer(() -> new WriteRun(states, room, roomVersion, events).run());
    }
}
