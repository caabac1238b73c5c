package dev.headwater.event;

import dev.headwater.event.BadEventException.Reason;
import dev.headwater.id.EventId;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.json.TopLevel;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.RoomVersion;
import dev.headwater.room.RoomVersionRules;
import dev.headwater.room.RoomVersionRules.EventIds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
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

    private static final int MAX_FIELD = 255;
    private static final Pattern HASH_ROOM = Pattern.compile("![A-Za-z0-9_-]{43}");

    private final RoomVersion version;
    private final RoomVersionRules rules;
    private final ObjectNode json;

    private @Nullable String tooDeep;

    private PduReader(RoomVersion version, ObjectNode json) {
        this.version = version;
        this.rules = RoomVersionRules.of(version);
        this.json = json;
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

        String type = field("type");
        UserId sender = identifier("sender", UserId::parse, field("sender"));
        String stateKey = json.has("state_key") ? field("state_key") : null;
        if (!(json.get("content") instanceof ObjectNode)) {
            throw shape("content", "an object");
        }
        requireHashes();
        long depth = depth();
        long originServerTs = originServerTs();
        List<EventId> prevEvents = edges("prev_events");
        List<EventId> authEvents = edges("auth_events");

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

    private String field(String name) {
        JsonNode value = json.get(name);
        if (value == null || !value.isString()) {
            throw shape(name, "a string");
        }
        String text = value.stringValue();
        int length = rules.sizesInBytes()
                ? text.getBytes(StandardCharsets.UTF_8).length
                : text.codePointCount(0, text.length());
        if (length > MAX_FIELD) {
            throw new BadEventException(
                    Reason.SIZE,
                    "expected at most " + MAX_FIELD + (rules.sizesInBytes() ? " bytes" : " code points") + " in " + name
                            + ", found " + length);
        }
        return text;
    }

    private static <T> T identifier(String name, Function<String, T> parse, String text) {
        try {
            return parse.apply(text);
        } catch (InvalidIdException e) {
            throw new BadEventException(Reason.IDENTIFIER, name + ": " + e.getMessage(), e);
        }
    }

    private void requireHashes() {
        JsonNode sha256 = json.path("hashes").path("sha256");
        try {
            if (sha256.isString()) {
                UnpaddedBase64.decode(sha256.stringValue());
                return;
            }
        } catch (IllegalArgumentException e) {
            throw new BadEventException(Reason.HASHES, "expected hashes.sha256 in Base64: " + e.getMessage(), e);
        }
        throw new BadEventException(Reason.HASHES, "expected hashes.sha256 in Base64");
    }

    private long depth() {
        JsonNode depth = json.path("depth");
        if (depth.isIntegralNumber() && depth.longValue() >= 0) {
            return depth.longValue();
        }
        tooDeep = "expected a depth from 0 to 2^53-1, found " + brief(depth);
        if (rules.numbers() == Numbers.LENIENT
                && isInteger(depth)
                && depth.decimalValue().signum() > 0) {
            return StrictJson.MAX_INTEGER;
        }
        throw new BadEventException(Reason.DEPTH, tooDeep);
    }

    private static boolean isInteger(JsonNode number) {
        return number.isNumber() && number.decimalValue().scale() == 0;
    }

    private long originServerTs() {
        JsonNode time = json.path("origin_server_ts");
        if (time.isIntegralNumber()) {
            return time.longValue();
        }
        if (rules.keyValidityEnforced()) {
            // Without a time there is no telling which keys were valid.
            throw shape("origin_server_ts", "an integer");
        }
        return 0;
    }

    private List<EventId> edges(String name) {
        if (!(json.get(name) instanceof ArrayNode edges)) {
            throw shape(name, "an array");
        }
        Set<EventId> ids = new LinkedHashSet<>();
        for (JsonNode edge : edges) {
            JsonNode id = rules.edgesCarryHashes()
                            && edge.isArray()
                            && edge.size() == 2
                            && edge.get(1).isObject()
                    ? edge.get(0)
                    : rules.edgesCarryHashes() ? null : edge;
            if (id == null || !id.isString()) {
                throw shape(name, rules.edgesCarryHashes() ? "an array of [id, {hashes}]" : "an array of event IDs");
            }
            EventId.tryParse(id.stringValue()).ifPresent(ids::add);
        }
        return List.copyOf(ids);
    }

    private EventId hashedId(byte[] signedBytes, @Nullable JsonNode stated) {
        EventId id = EventHashes.eventId(EventHashes.sha256(signedBytes), rules.eventIds());
        if (stated != null && !(stated.isString() && stated.stringValue().equals(id.value()))) {
            throw new BadEventException(Reason.EVENT_ID, "expected the event ID " + id + ", found " + brief(stated));
        }
        return id;
    }

    private EventId ownId() {
        return identifier("event_id", PduReader::withServer, field("event_id"));
    }

    private static EventId withServer(String text) {
        EventId id = EventId.parse(text);
        // Fails if the ID names no server.
        id.server();
        return id;
    }

    private RoomId room(String type, @Nullable String stateKey, EventId id) {
        if (!rules.roomIdIsCreateHash()) {
            RoomId room = identifier("room_id", RoomId::parse, field("room_id"));
            if (room.value().indexOf(':') < 0) {
                throw new BadEventException(
                        Reason.IDENTIFIER,
                        "expected a room ID with a domain in room version " + version.identifier() + ", found " + room);
            }
            return room;
        }
        if (type.equals("m.room.create") && "".equals(stateKey)) {
            if (json.has("room_id")) {
                throw shape("room_id", "absent from a create event");
            }
            return RoomId.parse("!" + id.value().substring(1));
        }
        String room = field("room_id");
        if (!HASH_ROOM.matcher(room).matches()) {
            throw new BadEventException(
                    Reason.IDENTIFIER, "expected a room ID of ! and a hash, found " + brief(json.path("room_id")));
        }
        return RoomId.parse(room);
    }

    private static EventId createEventOf(RoomId room) {
        return EventId.parse("$" + room.value().substring(1));
    }

    private BadEventException shape(String name, String expected) {
        return new BadEventException(
                Reason.SHAPE,
                "expected " + name + " to be " + expected + " in room version " + version.identifier() + ", found "
                        + brief(json.path(name)));
    }

    private static String brief(JsonNode value) {
        if (value.isMissingNode()) {
            return "nothing";
        }
        byte[] text = CanonicalJson.encode(value);
        return text.length <= 80
                ? new String(text, StandardCharsets.UTF_8)
                : new String(Arrays.copyOf(text, 80), StandardCharsets.UTF_8) + "…";
    }
}
