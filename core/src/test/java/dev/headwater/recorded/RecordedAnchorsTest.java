package dev.headwater.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.access.AloneSight;
import dev.headwater.event.Pdu;
import dev.headwater.history.Anchors;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomStates;
import dev.headwater.history.Side;
import dev.headwater.history.Sight;
import dev.headwater.history.StoredRoom;
import dev.headwater.history.ToldEvent;
import dev.headwater.history.Viewer;
import dev.headwater.history.VisibilitySweep;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A room that begins with a homeserver's answer to {@code /state} shows what the whole room shows, or what it decides. */
class RecordedAnchorsTest {
    private static final List<ServerName> SERVERS = List.of(
            ServerName.parse("alder.example:8448"),
            ServerName.parse("birch.example:8448"),
            ServerName.parse("cedar.example:8448"));

    @Test
    void whatAnAnchorProvesIsWhatTheWholeRoomProves() {
        Map<String, Integer> counts = new TreeMap<>();
        for (RecordedRoom room : RecordedRooms.all()) {
            for (ObjectNode answer : room.answers("state_ids")) {
                if (answer.path("status").intValue() == 200) {
                    compare(room, answer, counts);
                }
            }
        }
        System.out.println("behind a recorded state, beside the whole room: " + counts);
        assertThat(counts)
                .containsOnlyKeys("REDACTED both", "SHOWN both", "WITHHELD both", "WITHHELD by the whole room alone");
        assertThat(Objects.requireNonNull(counts.get("SHOWN both"))).isGreaterThan(1_000);
    }

    private static void compare(RecordedRoom room, ObjectNode answer, Map<String, Integer> counts) {
        EventId event = EventId.parse(answer.path("event_id").stringValue());
        Set<EventId> before = room.reachable(room.event(event).prevEvents());
        List<EventId> part = room.events().keySet().stream()
                .filter(id -> !before.contains(id))
                .toList();
        List<ToldEvent> state = new ArrayList<>();
        for (JsonNode id : answer.path("pdu_ids")) {
            state.add(told(room.event(EventId.parse(id.stringValue()))));
        }
        EventStore store = new MemoryEventStore();
        room.write(store, part);
        new Anchors(store).anchor(room.id(), event, state).block();
        new VisibilitySweep(store).sweep(room.id()).block();
        EventStore whole = new MemoryEventStore();
        room.write(whole, room.events().keySet());
        StoredRoom ofPart = StoredRoom.read(store, room.id());
        StoredRoom ofWhole = StoredRoom.read(whole, room.id());
        Set<String> redactedByThem = redactedByThem(room);
        for (ServerName server : SERVERS) {
            for (EventId id : part) {
                if (ofPart.side(id).state().isKnown()) {
                    Sight ours = sight(store, room, server, ofPart.side(id));
                    Sight full = sight(whole, room, server, ofWhole.side(id));
                    assertThat(ours == Sight.SHOWN && redactedByThem.contains(id + " for " + server))
                            .as("%s in %s for %s behind %s", id, room, server, event)
                            .isFalse();
                    counts.merge(
                            ours == full
                                    ? ours + " both"
                                    : full == Sight.WITHHELD ? "WITHHELD by the whole room alone" : ours + ", " + full,
                            1,
                            Integer::sum);
                }
            }
        }
    }

    /** What the homeserver gave only redacted at the last recorded moment. */
    private static Set<String> redactedByThem(RecordedRoom room) {
        List<Moment> moments = room.moments();
        Set<String> redacted = new HashSet<>();
        if (!moments.isEmpty()) {
            for (Asked asked : Asked.all(room, moments.get(moments.size() - 1))) {
                if (asked.every("redacted")) {
                    redacted.add(asked.pdu().id() + " for " + asked.asker());
                }
            }
        }
        return redacted;
    }

    private static ToldEvent told(Pdu pdu) {
        JsonNode content = pdu.json().path("content");
        String value = content.path(pdu.type().equals("m.room.member") ? "membership" : "history_visibility")
                .stringValue("");
        return new ToldEvent(pdu.id(), pdu.type(), Objects.requireNonNull(pdu.stateKey()), value);
    }

    private static Sight sight(EventStore store, RecordedRoom room, ServerName server, Side side) {
        Viewer viewer = new AloneSight(new RoomStates(store)).of(server);
        viewer.prepare(room.id(), List.of(side)).block();
        return Objects.requireNonNull(viewer.sightOf(side));
    }
}
