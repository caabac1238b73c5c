package dev.headwater.gateway.transfer;

import dev.headwater.event.EventHashes;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.SignedRoom;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** A room of three events, the create event, a join and a message, and drafts of a fourth that may be spoilt. */
final class SmallRoom {
    static final String EVA = "@eva:e.example";

    private SmallRoom() {}

    static SignedRoom of(RoomVersion version) {
        SignedRoom room = new SignedRoom(version);
        room.server("b.example");
        room.join(EVA);
        room.say(EVA, "before");
        return room;
    }

    static ObjectNode message(SignedRoom room) {
        return room.draft(EVA, "m.room.message", "{\"body\":\"bad\"}");
    }

    static ObjectNode hashed(ObjectNode event) {
        event.putObject("hashes").put("sha256", UnpaddedBase64.encode(EventHashes.content(event)));
        return event;
    }

    /** Hashed and signed by Eva's server, and not read. */
    static ObjectNode rawlySigned(SignedRoom room, ObjectNode event) {
        return room.server("e.example").hashAndSign(event, room.version());
    }

    static ObjectNode ofSize(SignedRoom room, int size) {
        ObjectNode event = message(room).put("pad", "");
        int length = CanonicalJson.encode(rawlySigned(room, event.deepCopy())).length;
        return rawlySigned(room, event.put("pad", "x".repeat(size - length)));
    }

    static List<byte[]> lines(SignedRoom room) {
        List<byte[]> lines = new ArrayList<>();
        room.lines().forEach(line -> lines.add(line.getBytes(StandardCharsets.UTF_8)));
        return lines;
    }

    static byte[] bytes(ObjectNode event) {
        return CanonicalJson.encode(event);
    }
}
