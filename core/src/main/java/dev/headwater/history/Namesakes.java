package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import dev.headwater.room.RoomVersionRules;
import dev.headwater.room.RoomVersionRules.EventIds;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells apart events that have the same ID. In room versions 1 and 2 an ID is what a server says it is, so there may be
 * several; later it is a hash, and there are none.
 *
 * <p>Two are the same if their signatures are over the same: what a redaction leaves, with the hash of the rest. So an
 * event and its redacted copy are one, whoever else has signed it.
 */
final class Namesakes {
    private static final Set<String> NOT_SIGNED = Set.of("unsigned", "signatures");

    private final EventStore store;
    private final RoomVersion version;

    Namesakes(EventStore store, RoomVersion version) {
        this.store = store;
        this.version = version;
    }

    /** Whether these are different events, given that they have one ID. */
    boolean differ(byte[] one, byte[] other) {
        return mayBe() && !Arrays.equals(one, other) && !Arrays.equals(signed(one), signed(other));
    }

    /** Of events whose IDs are stored, the IDs under which another is. Fails with {@link LostRaceException}. */
    Mono<Set<EventId>> amongStored(Collection<NewEvent> events, WriteBasis basis) {
        if (!mayBe() || events.isEmpty()) {
            return Mono.just(Set.of());
        }
        Map<EventId, NewEvent> named = new HashMap<>();
        events.forEach(event -> named.put(event.id(), event));
        List<PageId> pages = basis.places().entrySet().stream()
                .filter(placed -> named.containsKey(placed.getKey()))
                .map(placed -> placed.getValue().page())
                .distinct()
                .toList();
        return Flux.fromIterable(pages)
                .buffer(EventStore.MAX_WINDOW)
                .concatMap(some -> store.window(basis.head().room(), some), 1)
                .map(read -> {
                    if (read.head().version() != basis.head().version()) {
                        throw new LostRaceException();
                    }
                    return among(named, read.pages().values());
                })
                .collect(HashSet::new, Set::addAll);
    }

    private Set<EventId> among(Map<EventId, NewEvent> named, Collection<Page> pages) {
        Set<EventId> found = new HashSet<>();
        for (Page page : pages) {
            for (Side side : page.side().sides()) {
                NewEvent event = named.get(side.id());
                if (event != null && differ(StoredEvents.body(page, side), event.body())) {
                    found.add(side.id());
                }
            }
        }
        return found;
    }

    private boolean mayBe() {
        return RoomVersionRules.of(version).eventIds() == EventIds.IN_EVENT;
    }

    private byte[] signed(byte[] body) {
        ObjectNode event;
        try {
            event = StrictJson.object(body, StrictJson.Numbers.LENIENT);
        } catch (BadJsonException notJson) {
            throw new IllegalStateException("An event that came through the gate is not JSON", notJson);
        }
        return CanonicalJson.encodeWithout(Redaction.redact(event, version), NOT_SIGNED);
    }
}
