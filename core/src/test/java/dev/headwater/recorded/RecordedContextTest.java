package dev.headwater.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.EventContext;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.NotDerivableException;
import dev.headwater.history.PlacedEvent;
import dev.headwater.history.Sight;
import dev.headwater.history.Viewer;
import dev.headwater.id.EventId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The auth chains and states that the recorded servers answered, beside ours: the same events, or none of ours. */
class RecordedContextTest {
    private static final Viewer ALL = side -> Sight.SHOWN;

    private final Map<String, Integer> counts = new TreeMap<>();

    @Test
    void sameAuthChainsAndStatesAsTheHomeservers() {
        for (RecordedRoom room : RecordedRooms.all()) {
            List<ObjectNode> chains = room.answers("event_auth");
            List<ObjectNode> states = room.answers("state_ids");
            if (chains.isEmpty() && states.isEmpty()) {
                continue;
            }
            EventStore store = new MemoryEventStore();
            room.write(store, room.events().keySet());
            EventContext context = new EventContext(store);
            for (ObjectNode answer : chains) {
                compare(room, "chain", answer, () -> {
                    EventId event = id(answer);
                    List<PlacedEvent> chain =
                            Objects.requireNonNull(context.authChain(found(store, room, event), event, ALL)
                                    .block());
                    assertOrdered(room, chain);
                    return Map.of("auth_chain", ids(chain));
                });
            }
            for (ObjectNode answer : states) {
                compare(room, "state", answer, () -> {
                    EventId event = id(answer);
                    EventContext.State state =
                            Objects.requireNonNull(context.before(found(store, room, event), event, ALL)
                                    .block());
                    assertOrdered(room, state.authChain());
                    return Map.of("pdu_ids", ids(state.events()), "auth_chain_ids", ids(state.authChain()));
                });
            }
        }
        System.out.println("auth chains and states beside theirs: " + counts);
        assertThat(counts.keySet()).doesNotContain("state differs", "chain differs");
        assertThat(counts.getOrDefault("state the same", 0)).isGreaterThan(80);
        assertThat(counts.getOrDefault("chain the same", 0)).isGreaterThan(40);
    }

    private interface Ours {
        Map<String, Set<EventId>> get();
    }

    private void compare(RecordedRoom room, String what, ObjectNode answer, Ours ours) {
        if (answer.path("status").intValue() != 200) {
            return;
        }
        try {
            Map<String, Set<EventId>> lists = ours.get();
            boolean same = true;
            for (Map.Entry<String, Set<EventId>> list : lists.entrySet()) {
                Set<EventId> theirs = new HashSet<>();
                for (JsonNode id : answer.path(list.getKey())) {
                    theirs.add(EventId.parse(id.stringValue()));
                }
                same &= theirs.equals(list.getValue());
                if (!theirs.equals(list.getValue())) {
                    Set<EventId> more = new HashSet<>(list.getValue());
                    more.removeAll(theirs);
                    assertThat(more)
                            .as("ours alone, %s of %s in %s", list.getKey(), answer, room)
                            .isEmpty();
                }
            }
            boolean dendrite = answer.path("resident").stringValue("").startsWith("dogwood");
            count(same ? what + " the same" : dendrite ? what + " with more from Dendrite" : what + " differs");
        } catch (NotDerivableException e) {
            count(what + " not derivable");
        }
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private static void assertOrdered(RecordedRoom room, List<PlacedEvent> chain) {
        Set<EventId> seen = new HashSet<>();
        Set<EventId> all = ids(chain);
        for (PlacedEvent event : chain) {
            for (EventId auth : room.event(event.id()).authEvents()) {
                assertThat(seen.contains(auth) || !all.contains(auth)).isTrue();
            }
            assertThat(seen.add(event.id())).isTrue();
        }
    }

    private static EventId id(ObjectNode answer) {
        return EventId.parse(answer.path("event_id").stringValue());
    }

    private static Located found(EventStore store, RecordedRoom room, EventId event) {
        return Objects.requireNonNull(store.locate(room.id(), List.of(event)).block());
    }

    private static Set<EventId> ids(List<PlacedEvent> events) {
        Set<EventId> ids = new HashSet<>();
        events.forEach(event -> ids.add(event.id()));
        return ids;
    }
}
