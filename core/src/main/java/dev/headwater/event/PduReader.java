package dev.headwater.event;

import dev.headwater.event.BadEventException.Reason;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.json.TopLevel;
import dev.headwater.room.Redacts;
import dev.headwater.room.RoomVersion;
import dev.headwater.room.RoomVersionRules;
import dev.headwater.room.RoomVersionRules.EventIds;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The door for events from outside: takes bytes, gives a well-formed event or the reason why not. Limits on the number
 * of {@code prev_events} and {@code auth_events} are not applied, since old events exceed them.
 *
 * @see <a href="https://spec.matrix.org/v1.18/client-server-api/#size-limits">Size limits</a>
 */
public final class PduReader {
    /** The largest event, as canonical JSON without {@code unsigned}. */
    public static final int MAX_BYTES = 65_536;

    private static final Pattern HASH_ROOM = Pattern.compile("![A-Za-z0-9_-]{43}");

    private final RoomVersion version;
    private final RoomVersionRules rules;
    private final ObjectNode json;
    private final EventFields fields;

    private PduReader(RoomVersion version, ObjectNode json) {
        this.version = version;
        this.rules = RoomVersionRules.of(version);
        this.json = json;
        this.fields = new EventFields(version, json);
    }

    /**
     * Reads an event of a room of the given version. Neither its signatures nor its content hash are checked.
     *
     * @throws BadEventException if the bytes are no such event
     */
    public static Pdu fromUntrusted(RoomVersion version, byte[] bytes) {
        ObjectNode json;
        try {
            json = StrictJson.object(bytes, Numbers.LENIENT);
        } catch (BadJsonException e) {
            throw new BadEventException(Reason.JSON, "expected an event: " + e.getMessage(), e);
        }
        return new PduReader(version, json).read(bytes);
    }

    private Pdu read(byte[] received) {
        // Whoever relays an event may change its unsigned part: it can neither spoil the event nor stay with it.
        json.remove("unsigned");
        JsonNode statedId = json.get("event_id");
        boolean hashedId = rules.eventIds() != EventIds.IN_EVENT;
        if (hashedId) {
            json.remove("event_id");
        }
        if (rules.numbers() == Numbers.CANONICAL && !CanonicalJson.hasOnlyCanonicalNumbers(json)) {
            throw new BadEventException(
                    Reason.NUMBER, "expected only integers within ±(2^53-1) in room version " + version.identifier());
        }
        byte[] bytes =
                sized(TopLevel.without(received, hashedId ? Set.of("unsigned", "event_id") : Set.of("unsigned")));

        String type = fields.text("type");
        UserId sender = fields.identifier("sender", UserId::parse);
        String stateKey = json.has("state_key") ? fields.text("state_key") : null;
        if (!(json.get("content") instanceof ObjectNode)) {
            throw fields.shape("content", "an object");
        }
        fields.requireHashes();
        long depth = fields.depth();
        long originServerTs = fields.originServerTs();
        List<EventId> prevEvents = fields.edges("prev_events");
        List<EventId> authEvents = fields.edges("auth_events");

        byte[] signedBytes = EventHashes.signedBytes(json, version);
        EventId id = hashedId ? hashedId(signedBytes, statedId) : ownId();
        RoomId room = room(type, stateKey, id);
        if (prevEvents.contains(id) || authEvents.contains(id)) {
            throw new BadEventException(Reason.SELF_REFERENCE, "expected other events before " + id + ", found itself");
        }
        if (rules.roomIdIsCreateHash() && authEvents.contains(createEventOf(room))) {
            throw new BadEventException(
                    Reason.CREATE_IN_AUTH, "expected auth_events without the create event of " + room);
        }
        String tooDeep = fields.tooDeep();
        Pdu pdu = new Pdu(
                version,
                id,
                room,
                sender,
                type,
                stateKey,
                depth,
                originServerTs,
                prevEvents,
                authEvents,
                Redacts.target(json, rules),
                json,
                bytes,
                signedBytes,
                tooDeep != null);
        if (tooDeep != null) {
            throw new BadEventException(Reason.DEPTH, tooDeep, pdu);
        }
        return pdu;
    }

    private byte[] sized(byte[] bytes) {
        if (bytes.length <= MAX_BYTES) {
            // Canonical JSON is the shortest form: what it is made from is not shorter.
            return bytes;
        }
        byte[] canonical = CanonicalJson.encode(json);
        if (canonical.length > MAX_BYTES) {
            throw new BadEventException(
                    Reason.SIZE,
                    "expected at most " + MAX_BYTES + " bytes of canonical JSON, found " + canonical.length);
        }
        return canonical;
    }

    private EventId hashedId(byte[] signedBytes, @Nullable JsonNode stated) {
        EventId id = EventHashes.eventId(EventHashes.sha256(signedBytes), rules.eventIds());
        if (stated != null && !(stated.isString() && stated.stringValue().equals(id.value()))) {
            throw new BadEventException(
                    Reason.EVENT_ID, "expected the event ID " + id + ", found " + EventFields.brief(stated));
        }
        return id;
    }

    private EventId ownId() {
        return fields.identifier("event_id", PduReader::withServer);
    }

    private static EventId withServer(String text) {
        EventId id = EventId.parse(text);
        // Fails if the ID names no server.
        id.server();
        return id;
    }

    private RoomId room(String type, @Nullable String stateKey, EventId id) {
        if (!rules.roomIdIsCreateHash()) {
            RoomId room = fields.identifier("room_id", RoomId::parse);
            if (room.value().indexOf(':') < 0) {
                throw new BadEventException(
                        Reason.IDENTIFIER,
                        "expected a room ID with a domain in room version " + version.identifier() + ", found " + room);
            }
            return room;
        }
        if (type.equals("m.room.create") && "".equals(stateKey)) {
            if (json.has("room_id")) {
                throw fields.shape("room_id", "absent from a create event");
            }
            return RoomId.parse("!" + id.value().substring(1));
        }
        String room = fields.text("room_id");
        if (!HASH_ROOM.matcher(room).matches()) {
            throw new BadEventException(
                    Reason.IDENTIFIER,
                    "expected a room ID of ! and a hash, found " + EventFields.brief(json.path("room_id")));
        }
        return RoomId.parse(room);
    }

    private static EventId createEventOf(RoomId room) {
        return EventId.parse("$" + room.value().substring(1));
    }
}
