package dev.headwater.recorded;

import dev.headwater.event.Pdu;
import dev.headwater.id.ServerName;
import java.util.List;
import java.util.Map;

/** One event at one moment, as one server answered it to another, by endpoint. */
record Asked(Moment moment, Pdu pdu, ServerName asker, Map<String, String> answers) {
    /** Every event that the asked server held at that moment, for every server that asked. */
    static List<Asked> all(RecordedRoom room, Moment moment) {
        return moment.answers().entrySet().stream()
                .flatMap(event -> event.getValue().entrySet().stream()
                        .map(asker -> new Asked(moment, room.event(event.getKey()), asker.getKey(), asker.getValue())))
                .toList();
    }

    /** Whether the asker was let into the room. {@code /event} does not tell: it does not look at ACLs. */
    boolean admitted() {
        return !"403".equals(answers.get("backfill"));
    }

    boolean every(String answer) {
        return answers.values().stream().allMatch(answer::equals);
    }

    /** Whether it is left out of lists, and given whole to whoever asks for it alone. */
    boolean leftOutOfLists() {
        return answers.equals(Map.of("backfill", "absent", "event", "full", "get_missing_events", "absent"));
    }

    @Override
    public String toString() {
        return pdu + " for " + asker + " at " + moment.name() + ": " + answers;
    }
}
