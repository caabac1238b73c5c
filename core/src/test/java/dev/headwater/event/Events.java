package dev.headwater.event;

import dev.headwater.json.StrictJson;
import dev.headwater.room.RoomVersion;
import dev.headwater.room.RoomVersionRules.EventIds;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.ObjectNode;

/** Plain events to start tests from: well formed for their version, not hashed, not signed. */
public final class Events {
    private static final String HASH = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private Events() {}

    /** A message in {@code !r:a.example}, respectively a room of version 12. */
    public static ObjectNode message(RoomVersion version) {
        return of(version, "m.room.message", "{\"body\":\"hello\"}");
    }

    /** An event without a state key. */
    public static ObjectNode of(RoomVersion version, String type, String content) {
        ObjectNode event = StrictJson.object(
                ("{\"sender\":\"@u:a.example\",\"origin_server_ts\":1000,\"depth\":7,\"hashes\":{\"sha256\":\"" + HASH
                                + "\"},\"prev_events\":" + edge(version, "$p") + ",\"auth_events\":"
                                + edge(version, "$q") + ",\"content\":" + content + "}")
                        .getBytes(StandardCharsets.UTF_8),
                StrictJson.Numbers.LENIENT);
        event.put("type", type);
        event.put("room_id", version.atLeast(RoomVersion.V12) ? "!" + HASH : "!r:a.example");
        if (!version.atLeast(RoomVersion.V3)) {
            event.put("event_id", "$e:a.example");
        }
        return event;
    }

    /** An event with a state key. */
    public static ObjectNode state(RoomVersion version, String type, String stateKey, String content) {
        return of(version, type, content).put("state_key", stateKey);
    }

    /** The create event as the version wants it. */
    public static ObjectNode create(RoomVersion version) {
        ObjectNode event = state(version, "m.room.create", "", "{\"room_version\":\"" + version.identifier() + "\"}");
        event.putArray("prev_events");
        event.putArray("auth_events");
        if (version.atLeast(RoomVersion.V12)) {
            event.remove("room_id");
        }
        return event;
    }

    private static String edge(RoomVersion version, String id) {
        return dev.headwater.room.RoomVersionRules.of(version).eventIds() == EventIds.IN_EVENT
                ? "[[\"" + id + ":a.example\",{\"sha256\":\"" + HASH + "\"}]]"
                : "[\"" + id + "\"]";
    }
}
