package dev.headwater.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.access.ServerAcl;
import dev.headwater.history.CurrentState;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomAdmission;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Standing alone, nobody is let into a room whom its homeservers kept out, at any of the recorded moments. */
class RecordedAdmissionTest {
    private static final List<String> LISTS =
            List.of("backfill", "get_missing_events", "state_ids", "state", "event_auth", "timestamp_to_event");

    @Test
    void nobodyIsLetInWhomTheHomeserverKeptOut() {
        Map<String, Integer> counts = new TreeMap<>();
        Map<String, String> stricter = new LinkedHashMap<>();
        for (RecordedRoom room : RecordedRooms.all()) {
            for (Moment moment : room.moments()) {
                RoomAdmission ours = admission(room, room.reachable(moment.events()));
                Map<ServerName, Set<Boolean>> theirs = Asked.all(room, moment).stream()
                        .collect(Collectors.groupingBy(
                                Asked::asker, Collectors.mapping(Asked::admitted, Collectors.toSet())));
                theirs.forEach((asker, answers) -> {
                    String where = room + " at " + moment.name() + " for " + asker;
                    assertThat(answers)
                            .as("one answer for all events: %s", where)
                            .hasSize(1);
                    boolean letIn = answers.contains(true);
                    boolean letInByUs = admits(ours, asker);
                    assertThat(!letInByUs || letIn)
                            .as("let in by us alone: %s", where)
                            .isTrue();
                    counts.merge(letIn ? letInByUs ? "both let in" : "only they" : "both keep out", 1, Integer::sum);
                    if (letIn && !letInByUs) {
                        stricter.put(where, ours.toString());
                    }
                });
            }
        }
        System.out.println("asked at the recorded moments: " + counts);
        assertThat(stricter).isEmpty();
        assertThat(counts).isEqualTo(Map.of("both let in", 99, "both keep out", 75));
    }

    /** The recorded lists were asked for when the rooms were complete. */
    @Test
    void inTheEndTheSameAreLetInAsByTheirLists() {
        Map<String, Integer> counts = new TreeMap<>();
        for (RecordedRoom room : RecordedRooms.all()) {
            RoomAdmission ours = admission(room, room.events().keySet());
            for (String kind : LISTS) {
                for (ObjectNode answer : room.answers(kind)) {
                    ServerName asker = ServerName.parse(answer.path("asker").stringValue());
                    int status = answer.path("status").intValue();
                    assertThat(status).as("%s", answer).isIn(200, 403, 404);
                    // A 404 of /timestamp_to_event is an answer to somebody in the room.
                    assertThat(admits(ours, asker))
                            .as("%s: %s let in, answered %s", room, asker, status)
                            .isEqualTo(status != 403);
                    counts.merge(status == 403 ? "both keep out" : "both let in", 1, Integer::sum);
                }
            }
        }
        System.out.println("asked for lists: " + counts);
        assertThat(counts).isEqualTo(Map.of("both let in", 529, "both keep out", 3));
    }

    private static RoomAdmission admission(RecordedRoom room, Set<EventId> held) {
        EventStore store = new MemoryEventStore();
        room.write(store, room.events().keySet().stream().filter(held::contains).toList());
        return Objects.requireNonNull(new CurrentState(store).of(room.id()).block());
    }

    private static boolean admits(RoomAdmission admission, ServerName server) {
        return admission.joined().contains(server)
                && admission.acls().stream()
                        .allMatch(acl -> ServerAcl.parse(acl).allows(server));
    }
}
