package dev.headwater.history;

import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * The one way by which events enter a store: gives them corrected depths and places, opens and closes gaps, and marks
 * what they redact.
 *
 * <p>Several writers may write to one room at once. Each batch of at most 256 events (1,024 of one for {@link #ofHistory much
 * history}) or 1 MiB becomes visible as a whole or not at all; writing an event again does nothing.
 */
public final class RoomWriter {
    private static final long KEPT_STATES = 16 * 1024 * 1024;

    private final StateNodes states;
    private final int batchEvents;
    private final boolean sealsFullPages;

    public RoomWriter(EventStore store) {
        this(store, WriteRun.MAX_BATCH_EVENTS, false);
    }

    private RoomWriter(EventStore store, int batchEvents, boolean sealsFullPages) {
        this.batchEvents = batchEvents;
        this.sealsFullPages = sealsFullPages;
        states = new StateNodes(store, KEPT_STATES);
    }

    /**
     * A writer for much history at once, in larger batches: each takes a store of its own time as a whole, some milliseconds.
     *
     * @param sealsFullPages whether a page that one batch opens and fills is stored sealed, as {@link SealSweep} would leave
     *     it: it is not appended to, and not read and written again for that
     */
    public static RoomWriter ofHistory(EventStore store, boolean sealsFullPages) {
        return new RoomWriter(store, WriteRun.MAX_HISTORY_EVENTS, sealsFullPages);
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
        return Mono.defer(() -> new WriteRun(states, room, roomVersion, events, batchEvents, sealsFullPages).run());
    }
}
