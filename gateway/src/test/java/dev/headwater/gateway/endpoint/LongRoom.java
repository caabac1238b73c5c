package dev.headwater.gateway.endpoint;

import dev.headwater.history.EventKind;
import dev.headwater.history.EventStore;
import dev.headwater.history.NewEvent;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomWriter;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A room without forks of many events of 850 bytes: {@code $e0} is its create event, the last its newest. */
final class LongRoom {
    static final RoomId ID = RoomId.parse("!long:hs.example");
    static final String PATH = "/_matrix/federation/v1/backfill/!long:hs.example";
    static final int EVENT_BYTES = 850;
    private static final int BATCH = 500;

    private LongRoom() {}

    static String body(int number) {
        String head = "{\"n\":" + number + ",\"x\":\"";
        return head + "x".repeat(EVENT_BYTES - head.length() - 2) + "\"}";
    }

    static void write(EventStore store, int events) {
        RoomWriter writer = new RoomWriter(store);
        for (int from = 0; from < events; from += BATCH) {
            List<NewEvent> batch = new ArrayList<>();
            for (int i = from; i < Math.min(from + BATCH, events); i++) {
                batch.add(new NewEvent(
                        EventId.parse("$e" + i),
                        UserId.parse("@u:remote.example"),
                        i + 1,
                        i,
                        i == 0 ? EventKind.CREATE : EventKind.ORDINARY,
                        false,
                        null,
                        null,
                        i == 0 ? List.of() : List.of(EventId.parse("$e" + (i - 1))),
                        body(i).getBytes(StandardCharsets.UTF_8)));
            }
            writer.write(ID, RoomVersion.V10, batch).block(Duration.ofSeconds(60));
        }
        store.admit(ID, new RoomAdmission(Set.of(ServerName.parse("remote.example")), List.of()))
                .block(Duration.ofSeconds(30));
    }
}
