package dev.headwater.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.Place;
import dev.headwater.history.RoomStates;
import dev.headwater.history.Side;
import dev.headwater.history.StateEntry;
import dev.headwater.history.StoredRoom;
import dev.headwater.id.EventId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The states that we follow from event to event are those that the homeservers answered, wherever they are certain. */
class RecordedStatesTest {
    @Test
    void whatIsCertainIsWhatTheHomeserversSay() {
        Map<String, Integer> counts = new TreeMap<>();
        for (RecordedRoom room : RecordedRooms.all()) {
            List<ObjectNode> answers = room.answers("state_ids");
            if (answers.isEmpty()) {
                continue;
            }
            EventStore store = new MemoryEventStore();
            room.write(store, room.events().keySet());
            StoredRoom stored = StoredRoom.read(store, room.id());
            Map<Place, EventId> ids = new HashMap<>();
            stored.events().forEach(id -> ids.put(stored.place(id), id));
            RoomStates states = new RoomStates(store);
            for (ObjectNode answer : answers) {
                if (answer.path("status").intValue() == 200) {
                    counts.merge(compare(room, answer, stored, ids, states), 1, Integer::sum);
                }
            }
        }
        System.out.println("states beside the recorded ones: " + counts);
        assertThat(counts).isEqualTo(Map.of("the same", 101, "the same, a part of it conflicted", 42));
    }

    private static String compare(
            RecordedRoom room, ObjectNode answer, StoredRoom stored, Map<Place, EventId> ids, RoomStates states) {
        EventId event = EventId.parse(answer.path("event_id").stringValue());
        Set<EventId> theirs = new HashSet<>();
        for (JsonNode id : answer.path("pdu_ids")) {
            theirs.add(EventId.parse(id.stringValue()));
        }
        Side side = stored.side(event);
        assertThat(side.state().isKnown()).as("%s", room.event(event)).isTrue();
        Set<EventId> certain = new HashSet<>();
        long conflicted = 0;
        for (StateEntry entry : Objects.requireNonNull(
                states.all(room.id(), side.state().before()).block())) {
            if (entry.isConflicted()) {
                conflicted++;
            } else {
                certain.add(Objects.requireNonNull(ids.get(entry.place())));
            }
        }
        assertThat(theirs).as("%s before %s", room, room.event(event)).containsAll(certain);
        assertThat((long) theirs.size() - certain.size())
                .as("%s before %s", room, room.event(event))
                .isBetween(0L, conflicted);
        assertThat(states.isCertain(room.id(), side.state().before()).block()).isEqualTo(conflicted == 0);
        return conflicted == 0 ? "the same" : "the same, a part of it conflicted";
    }
}
