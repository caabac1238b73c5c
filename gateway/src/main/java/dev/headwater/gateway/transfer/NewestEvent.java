package dev.headwater.gateway.transfer;

import dev.headwater.history.EventStore;
import dev.headwater.history.Side;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.Comparator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The event of a room from which a walk comes first to the newest: of the highest corrected depth, then the latest. */
public final class NewestEvent {
    private static final Comparator<Side> NEWNESS = Comparator.comparingLong(Side::correctedDepth)
            .thenComparingLong(Side::originServerTs)
            .thenComparing(Side::id, Comparator.reverseOrder());

    private final RoomPages pages;

    public NewestEvent(EventStore store, RoomId room) {
        this.pages = new RoomPages(store, room);
    }

    /** Reads the side data of the whole room; empty if it is not stored. */
    public Mono<EventId> find() {
        return pages.sides()
                .concatMap(page -> Flux.fromIterable(page.side().sides()), 0)
                .reduce((one, other) -> NEWNESS.compare(one, other) >= 0 ? one : other)
                .map(Side::id);
    }
}
