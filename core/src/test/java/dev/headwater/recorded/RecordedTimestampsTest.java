package dev.headwater.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.access.AloneSight;
import dev.headwater.event.Pdu;
import dev.headwater.history.EventByTime;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomStates;
import dev.headwater.history.TimeDirection;
import dev.headwater.history.VisibilitySweep;
import dev.headwater.id.ServerName;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The events next to some times that the recorded servers answered, beside ours. */
class RecordedTimestampsTest {
    @Test
    void sameEventsAsTheHomeservers() {
        Map<String, Integer> counts = new TreeMap<>();
        for (RecordedRoom room : RecordedRooms.all()) {
            List<ObjectNode> answers = room.answers("timestamp_to_event");
            EventStore store = new MemoryEventStore();
            if (!answers.isEmpty()) {
                room.write(store, room.events().keySet());
                new VisibilitySweep(store).sweep(room.id()).block();
            }
            for (ObjectNode answer : answers) {
                counts.merge(compared(room, answer, ours(store, room, answer)), 1, Integer::sum);
            }
        }
        assertThat(counts).isEqualTo(Map.of("the same", 30, "before its join", 2));
    }

    private static String compared(RecordedRoom room, ObjectNode answer, EventByTime.Found ours) {
        boolean found = answer.path("status").intValue() == 200;
        JsonNode theirs = answer.path("body");
        if (found
                && ours.id().value().equals(theirs.path("event_id").stringValue())
                && ours.originServerTs() == theirs.path("origin_server_ts").longValue()) {
            return "the same";
        }
        String resident = answer.path("resident").stringValue();
        Pdu join = room.events().values().stream()
                .filter(each -> each.type().equals("m.room.member")
                        && Objects.requireNonNullElse(each.stateKey(), "").endsWith(":" + resident))
                .findFirst()
                .orElseThrow();
        assertThat(room.reachable(join.prevEvents()))
                .as("%s in %s is next to it, unless %s does not hold it", ours, room, resident)
                .contains(ours.id());
        return "before its join";
    }

    private static EventByTime.Found ours(EventStore store, RecordedRoom room, ObjectNode answer) {
        EventByTime events = new EventByTime(store);
        EventByTime.Asked asked = new EventByTime.Asked(
                room.id(),
                answer.path("ts").longValue(),
                answer.path("dir").stringValue().equals("f") ? TimeDirection.FORWARDS : TimeDirection.BACKWARDS);
        ServerName asker = ServerName.parse(answer.path("asker").stringValue());
        return Objects.requireNonNull(events.begin(asked)
                .flatMap(begun -> events.find(asked, begun, new AloneSight(new RoomStates(store)).of(asker)))
                .block());
    }
}
