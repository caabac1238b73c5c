package dev.headwater.oracle;

import dev.headwater.event.BadEventException;
import dev.headwater.event.EventGate;
import dev.headwater.event.EventHashes;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.history.NewEvent;
import dev.headwater.id.RoomId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.PduSignatures;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes the events of one room as servers exchange them, hashed and not signed, and takes each through the gate. */
final class EventWriter {
    private static final String HASH = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private final RoomVersion version;
    private @Nullable RoomId room;
    private int written;

    EventWriter(RoomVersion version) {
        this.version = version;
    }

    /**
     * An event as both sides see it.
     *
     * @param stored as the gate lets it into the store
     */
    record Written(RoomEvent event, NewEvent stored, Pdu pdu) {}

    /**
     * What an event says.
     *
     * @param hashed whether its content hash is right; else only its redacted copy is genuine
     */
    record Draft(
            String type,
            String sender,
            @Nullable String stateKey,
            ObjectNode content,
            @Nullable String redacts,
            List<String> prevEvents,
            List<String> authEvents,
            long depth,
            long ts,
            boolean hashed) {}

    RoomId room() {
        return Objects.requireNonNull(room);
    }

    /** The event without ID and hashes, as what a server thinks about before it sends it. */
    ObjectNode json(Draft draft) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("type", draft.type()).put("sender", draft.sender());
        json.put("depth", draft.depth()).put("origin_server_ts", draft.ts());
        json.set("content", draft.content());
        if (draft.stateKey() != null) {
            json.put("state_key", draft.stateKey());
        }
        if (draft.redacts() != null) {
            json.put("redacts", draft.redacts());
        }
        boolean create = draft.type().equals("m.room.create");
        if (room != null) {
            json.put("room_id", room.value());
        } else if (!version.atLeast(RoomVersion.V12)) {
            json.put("room_id", "!room:" + RoomEvent.server(draft.sender()));
        }
        edges(json.putArray("prev_events"), draft.prevEvents());
        edges(json.putArray("auth_events"), create ? List.of() : draft.authEvents());
        return json;
    }

    private void edges(ArrayNode edges, List<String> ids) {
        for (String id : ids) {
            if (version.atLeast(RoomVersion.V3)) {
                edges.add(id);
            } else {
                edges.addArray().add(id).addObject().put("sha256", HASH);
            }
        }
    }

    Written write(Draft draft) {
        ObjectNode json = json(draft);
        if (draft.depth() > StrictJson.MAX_INTEGER) {
            // Such numbers are kept as they were received.
            json = StrictJson.object(json.toString().getBytes(StandardCharsets.UTF_8), StrictJson.Numbers.LENIENT);
        }
        if (!version.atLeast(RoomVersion.V3)) {
            // Scattered, so that IDs do not tell the order.
            String scattered = Integer.toHexString(written++ * 0x9E3779B1);
            json.put("event_id", "$" + scattered + ":" + RoomEvent.server(draft.sender()));
        }
        json.putObject("hashes")
                .put("sha256", draft.hashed() ? UnpaddedBase64.encode(EventHashes.content(json)) : HASH);
        Pdu pdu = read(CanonicalJson.encode(json));
        room = pdu.room();
        Verified.Accepted verified = PduSignatures.trusting(pdu);
        JsonNode content = verified instanceof Verified.AllGood
                ? pdu.json().path("content")
                : Redaction.redact(pdu.json(), version).path("content");
        return new Written(RoomEvent.of(pdu, content), EventGate.admit(pdu, verified), pdu);
    }

    private Pdu read(byte[] bytes) {
        try {
            return PduReader.fromUntrusted(version, bytes);
        } catch (BadEventException e) {
            return e.walkable().orElseThrow(() -> e);
        }
    }
}
