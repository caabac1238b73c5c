package dev.headwater.event;

import dev.headwater.json.CanonicalJson;
import dev.headwater.room.RoomVersion;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** Events with one oddity each, to begin fuzzing with. */
final class EventSeeds {
    private EventSeeds() {}

    static Stream<byte[]> odd() {
        return Stream.of(
                        state("m.room.member", "@u:a.example", "{\"membership\":\"join\"}"),
                        state(
                                "m.room.member",
                                "@v:b.example",
                                "{\"membership\":\"invite\",\"third_party_invite\":{\"signed\":{\"token\":\"t\"}}}"),
                        state(
                                "m.room.member",
                                "@u:a.example",
                                "{\"membership\":\"join\",\"join_authorised_via_users_server\":\"@w:c.example\"}"),
                        state("m.room.history_visibility", "", "{\"history_visibility\":\"joined\"}"),
                        state("m.room.server_acl", "", "{\"allow\":[\"*\"],\"deny\":[\"*.evil\"]}"),
                        state("m.room.power_levels", "", "{\"users\":{\"@u:a.example\":\"100\"},\"invite\":0}"),
                        Events.of(RoomVersion.V10, "m.room.redaction", "{\"redacts\":\"$x\"}")
                                .put("redacts", "$y"),
                        message().put("depth", 9_007_199_254_740_991L),
                        message().put("depth", -1),
                        message().put("depth", "5"),
                        message().put("depth", true),
                        message().put("type", "é".repeat(128)),
                        message().put("event_id", "$wrong"),
                        message().put("room_id", "!no-domain"),
                        message().put("sender", "@u\u009b:a"),
                        message().putNull("state_key"),
                        message().putNull("content"))
                .map(EventSeeds::bytes);
    }

    private static byte[] bytes(ObjectNode event) {
        return CanonicalJson.encode(event);
    }

    private static ObjectNode message() {
        return Events.message(RoomVersion.V10);
    }

    private static ObjectNode state(String type, String key, String content) {
        return Events.state(RoomVersion.V10, type, key, content);
    }

    /** Numbers that only versions up to 5 take, spelt as no writer of canonical JSON spells them. */
    static Stream<byte[]> oddNumbers() {
        String event = new String(bytes(Events.message(RoomVersion.V4)), StandardCharsets.UTF_8);
        return Stream.of("9007199254740992", "1.0", "1e3", "-0", "5.0e0")
                .map(number ->
                        event.replace("\"depth\":7", "\"depth\":" + number).getBytes(StandardCharsets.UTF_8));
    }
}
