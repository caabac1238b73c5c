package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.UserId;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.StrictJson;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/** Pages with their bodies, all of one version of their room, and the events in them as JSON. For one thread at a time. */
final class StoredEvents {
    private final EventStore store;
    private final RoomHead head;
    private final Map<PageId, Page> pages = new HashMap<>();

    StoredEvents(EventStore store, RoomHead head) {
        this.store = store;
        this.head = head;
    }

    /** Reads the pages of some events, where they are not at hand. Fails with {@link LostRaceException}. */
    Mono<Void> read(Collection<Place> places) {
        Set<PageId> missing = new HashSet<>();
        places.forEach(place -> missing.add(place.page()));
        missing.removeAll(pages.keySet());
        return Flux.fromIterable(missing)
                .buffer(EventStore.MAX_WINDOW)
                .concatMap(
                        some -> store.window(head.room(), some).doOnNext(read -> {
                            if (read.head().version() != head.version()) {
                                throw new LostRaceException();
                            }
                            pages.putAll(read.pages());
                        }),
                        1)
                .then();
    }

    /** The page as it was read; it must have been. */
    Page page(PageId id) {
        Page page = pages.get(id);
        if (page == null) {
            throw new IllegalStateException("The store has lost page " + id + " of " + head.room());
        }
        return page;
    }

    Side side(Place place) {
        return page(place.page()).side().sides().get(place.slot());
    }

    ObjectNode json(Place place) {
        return json(page(place.page()), side(place));
    }

    static byte[] body(Page page, Side side) {
        return Arrays.copyOfRange(page.bodies(), side.bodyOffset(), side.bodyOffset() + side.bodyLength());
    }

    static ObjectNode json(Page page, Side side) {
        try {
            return StrictJson.object(body(page, side), StrictJson.Numbers.LENIENT);
        } catch (BadJsonException notJson) {
            throw new IllegalStateException("The stored event " + side.id() + " is not JSON", notJson);
        }
    }

    /** Who sent a stored event; null if it does not say. */
    static @Nullable UserId sender(ObjectNode event) {
        try {
            return UserId.parse(event.path("sender").stringValue(""));
        } catch (InvalidIdException none) {
            return null;
        }
    }

    /** Where an event lies that a state names; null if it is not stored. */
    static @Nullable Place placeOf(StateEntry entry, Map<EventId, Place> located) {
        EventId id = entry.event();
        return entry.place() != null ? entry.place() : id == null ? null : located.get(id);
    }
}
