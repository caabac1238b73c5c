package dev.headwater.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.access.AloneSight;
import dev.headwater.event.Pdu;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RedactionSweep;
import dev.headwater.history.RoomStates;
import dev.headwater.history.Side;
import dev.headwater.history.Sight;
import dev.headwater.history.StoredRoom;
import dev.headwater.history.Viewer;
import dev.headwater.history.VisibilitySweep;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import dev.headwater.room.Redaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Standing alone, nothing is shown to a server in the room that its homeservers did not show it, at any of the recorded
 * moments. Each time the store holds what the asked homeserver held, and the history before it, as an import has it.
 */
class RecordedSightTest {
    private static final String SAME = "the same";
    private static final String REDACTED = "redacted by us";
    private static final String NOT_GIVEN = "not given by us";
    private static final String LEFT_OUT = "left out of their lists";
    private static final String ERASED = "erased by them";

    static List<RecordedRoom> rooms() {
        return RecordedRooms.all();
    }

    @Test
    void neverMoreThanTheHomeserverShowed() {
        Map<String, Map<String, String>> table = new LinkedHashMap<>();
        Map<String, Integer> less = new TreeMap<>();
        for (RecordedRoom room : RecordedRooms.all()) {
            Map<String, Integer> counts = new LinkedHashMap<>();
            List.of(SAME, REDACTED, NOT_GIVEN, LEFT_OUT, ERASED).forEach(kind -> counts.put(kind, 0));
            List<Moment> moments = room.moments();
            for (Moment moment : moments) {
                BiFunction<ServerName, EventId, Sight> sight = sight(room, moment.events());
                Set<UserId> erased = erased(room, moment);
                for (Asked asked : Asked.all(room, moment)) {
                    if (asked.admitted()) {
                        Sight seen = sight.apply(asked.asker(), asked.pdu().id());
                        counts.merge(kind(asked, seen, erased), 1, Integer::sum);
                        if (asked.every("full")) {
                            less.merge(whose(asked) + " " + seen, 1, Integer::sum);
                        }
                    }
                }
            }
            if (!moments.isEmpty()) {
                Map<String, String> row = new LinkedHashMap<>();
                counts.forEach((kind, count) -> row.put(kind, "" + count));
                table.put(room.name(), row);
            }
        }
        table.forEach(
                (room, row) -> System.out.println("| `" + room + "` | " + String.join(" | ", row.values()) + " |"));
        System.out.println("shown by them in full, by what they are and what we make of them: " + less);
        assertThat(table).isEqualTo(RoomsDocument.table("What we show beside them"));
    }

    private static String whose(Asked asked) {
        Pdu pdu = asked.pdu();
        String stateKey = pdu.stateKey();
        return pdu.type().equals("m.room.member") && stateKey != null && stateKey.endsWith(":" + asked.asker())
                ? "membership of their own"
                : pdu.type().equals("m.room.history_visibility") ? "visibility" : "other";
    }

    /** How our answer is to theirs, where it is not more. */
    private static String kind(Asked asked, Sight sight, Set<UserId> erased) {
        boolean full = asked.every("full");
        boolean redacted = asked.every("redacted");
        assertThat(full || redacted || asked.leftOutOfLists())
                .as("an answer as the others: %s", asked)
                .isTrue();
        if (sight == Sight.WITHHELD) {
            return NOT_GIVEN;
        }
        if (sight == Sight.REDACTED) {
            return full ? REDACTED : SAME;
        }
        if (full) {
            return SAME;
        }
        if (asked.leftOutOfLists() && asked.pdu().type().equals("m.room.redaction")) {
            return LEFT_OUT;
        }
        // Nothing in the room says so, and other homeservers in it show them on.
        assertThat(erased)
                .as("shown by us in full: %s", asked)
                .contains(asked.pdu().sender());
        return ERASED;
    }

    /** The same of every list that they answered, by what we show once the room is complete. */
    @ParameterizedTest
    @MethodSource("rooms")
    void neverMoreThanInTheirLists(RecordedRoom room) {
        BiFunction<ServerName, EventId, Sight> sight = sight(room, room.events().keySet());
        for (String kind : List.of("backfill", "get_missing_events", "event_auth", "state")) {
            for (ObjectNode answer : room.answers(kind)) {
                ServerName asker = ServerName.parse(answer.path("asker").stringValue());
                for (JsonNode id : answer.path("redacted")) {
                    assertThat(sight.apply(asker, EventId.parse(id.stringValue())))
                            .as("%s for %s", id, asker)
                            .isNotEqualTo(Sight.SHOWN);
                }
            }
        }
    }

    /** A room that arrives backwards is swept to the same end. */
    @ParameterizedTest
    @MethodSource("rooms")
    void theSameHoweverTheRoomArrived(RecordedRoom room) {
        BiFunction<ServerName, EventId, Sight> sight = sight(room, room.events().keySet());
        EventStore store = new MemoryEventStore();
        List<EventId> newestFirst = new ArrayList<>(room.events().keySet());
        Collections.reverse(newestFirst);
        room.write(store, newestFirst);
        new VisibilitySweep(store).sweep(room.id()).block();
        BiFunction<ServerName, EventId, Sight> swept = sight(store, room);
        Set<ServerName> servers = new HashSet<>();
        room.events().values().forEach(event -> servers.add(event.sender().server()));
        for (ServerName server : servers) {
            for (EventId id : newestFirst) {
                assertThat(swept.apply(server, id))
                        .as("%s for %s", room.event(id), server)
                        .isEqualTo(sight.apply(server, id));
            }
        }
    }

    private static BiFunction<ServerName, EventId, Sight> sight(RecordedRoom room, Set<EventId> held) {
        EventStore store = new MemoryEventStore();
        Set<EventId> complete = room.reachable(held);
        room.write(
                store,
                room.events().keySet().stream().filter(complete::contains).toList());
        return sight(store, room);
    }

    private static BiFunction<ServerName, EventId, Sight> sight(EventStore store, RecordedRoom room) {
        new RedactionSweep(store).sweep(room.id()).block();
        StoredRoom stored = StoredRoom.read(store, room.id());
        AloneSight alone = new AloneSight(new RoomStates(store));
        Map<ServerName, Viewer> viewers = new HashMap<>();
        return (asker, id) -> {
            Viewer viewer = viewers.computeIfAbsent(asker, alone::of);
            Side side = stored.side(id);
            viewer.prepare(room.id(), List.of(side)).block();
            return Objects.requireNonNull(viewer.sightOf(side));
        };
    }

    /** The asked server's own users of whom it shows nothing whole that a redaction would change; there must be some. */
    private static Set<UserId> erased(RecordedRoom room, Moment moment) {
        Set<UserId> shown = new HashSet<>();
        Set<UserId> stripped = new HashSet<>();
        for (Asked asked : Asked.all(room, moment)) {
            Pdu pdu = asked.pdu();
            if (asked.every("redacted")) {
                stripped.add(pdu.sender());
            } else if (!Redaction.redact(pdu.json(), pdu.version()).equals(pdu.json())) {
                shown.add(pdu.sender());
            }
        }
        stripped.removeAll(shown);
        stripped.removeIf(user -> !moment.askedOf(user.server()));
        return stripped;
    }
}
