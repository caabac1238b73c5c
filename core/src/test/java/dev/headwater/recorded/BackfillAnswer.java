package dev.headwater.recorded;

import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A recorded question to {@code /backfill}, and its answer: the events in its order. */
record BackfillAnswer(
        ServerName resident,
        ServerName asker,
        List<EventId> from,
        int limit,
        int status,
        List<EventId> events,
        List<EventId> redacted) {
    static BackfillAnswer of(JsonNode entry) {
        return new BackfillAnswer(
                ServerName.parse(entry.path("resident").stringValue()),
                ServerName.parse(entry.path("asker").stringValue()),
                ids(entry.path("v")),
                entry.path("limit").intValue(),
                entry.path("status").intValue(),
                ids(entry.path("pdus")),
                ids(entry.path("redacted")));
    }

    private static List<EventId> ids(JsonNode array) {
        List<EventId> ids = new ArrayList<>();
        array.forEach(id -> ids.add(EventId.parse(id.stringValue())));
        return ids;
    }

    boolean byDendrite() {
        return resident.value().startsWith("dogwood.");
    }
}
