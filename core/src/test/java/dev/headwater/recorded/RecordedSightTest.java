package dev.headwater.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.access.AloneSight;
import dev.headwater.event.Pdu;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.Sight;
import dev.headwater.history.StoredRoom;
import dev.headwater.history.VisibilitySweep;
import dev.headwater.id.EventId;
import dev.headwater.id.UserId;
import dev.headwater.room.Redaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
        for (RecordedRoom room : RecordedRooms.all()) {
            Map<String, Integer> counts = new LinkedHashMap<>();
            List.of(SAME, REDACTED, NOT_GIVEN, LEFT_OUT, ERASED).forEach(kind -> counts.put(kind, 0));
            List<Moment> moments = room.moments();
            for (Moment moment : moments) {
                Function<EventId, Sight> sight = sight(room, moment.events());
                Set<UserId> erased = erased(room, moment);
                for (Asked asked : Asked.all(room, moment)) {
                    if (asked.admitted()) {
                        counts.merge(kind(asked, sight.apply(asked.pdu().id()), erased), 1, Integer::sum);
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
        assertThat(table).isEqualTo(RoomsDocument.table("What we show beside them"));
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
        Function<EventId, Sight> sight = sight(room, room.events().keySet());
        List<EventId> redacted = new ArrayList<>();
        for (String kind : List.of("backfill", "get_missing_events", "event_auth", "state")) {
            room.answers(kind)
                    .forEach(answer ->
                            answer.path("redacted").forEach(id -> redacted.add(EventId.parse(id.stringValue()))));
        }
        assertThat(redacted).allSatisfy(id -> assertThat(sight.apply(id)).isNotEqualTo(Sight.SHOWN));
    }

    /** A room that arrives backwards is swept to the same end. */
    @ParameterizedTest
    @MethodSource("rooms")
    void theSameHoweverTheRoomArrived(RecordedRoom room) {
        Function<EventId, Sight> sight = sight(room, room.events().keySet());
        EventStore store = new MemoryEventStore();
        List<EventId> newestFirst = new ArrayList<>(room.events().keySet());
        Collections.reverse(newestFirst);
        room.write(store, newestFirst);
        new VisibilitySweep(store).sweep(room.id()).block();
        StoredRoom swept = StoredRoom.read(store, room.id());
        for (EventId id : newestFirst) {
            assertThat(new AloneSight().apply(swept.side(id)))
                    .as("%s", room.event(id))
                    .isEqualTo(sight.apply(id));
        }
    }

    private static Function<EventId, Sight> sight(RecordedRoom room, Set<EventId> held) {
        EventStore store = new MemoryEventStore();
        Set<EventId> complete = room.reachable(held);
        room.write(
                store,
                room.events().keySet().stream().filter(complete::contains).toList());
        StoredRoom stored = StoredRoom.read(store, room.id());
        AloneSight alone = new AloneSight();
        return id -> alone.apply(stored.side(id));
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
