package dev.headwater.sign;

import dev.headwater.event.EventGate;
import dev.headwater.event.Pdu;
import dev.headwater.history.NewEvent;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.room.RoomVersion;
import dev.headwater.room.RoomVersionRules;
import dev.headwater.room.RoomVersionRules.EventIds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A room of any version whose events are hashed, and signed by the servers of their senders. Each event follows the one
 * before. The first is the create event, by {@code @ada:a.example}.
 */
public final class SignedRoom {
    public static final String ADA = "@ada:a.example";

    private static final long TIME = 1_700_000_000_000L;

    private final RoomVersion version;
    private final RoomVersionRules rules;
    private final RoomId id;
    private final Map<String, EventSigner> servers = new HashMap<>();
    private final List<Pdu> pdus = new ArrayList<>();
    private int count;

    public SignedRoom(RoomVersion version) {
        this(version, "");
    }

    /** @param name tells this room from others of its version */
    public SignedRoom(RoomVersion version, String name) {
        this.version = version;
        this.rules = RoomVersionRules.of(version);
        ObjectNode create = json("{\"room_version\":\"" + version.identifier() + "\",\"creator\":\"" + ADA
                + "\",\"name\":\"" + name + "\"}");
        ObjectNode event = bare(ADA, "m.room.create", create).put("state_key", "");
        if (!rules.roomIdIsCreateHash()) {
            event.put("room_id", "!r" + name + ":a.example");
        }
        Pdu pdu = signed(event);
        pdus.add(pdu);
        id = pdu.room();
    }

    public RoomId id() {
        return id;
    }

    public RoomVersion version() {
        return version;
    }

    /** The signer of a server, which has a key {@code ed25519:1}. */
    public EventSigner server(String name) {
        return servers.computeIfAbsent(name, EventSigner::of);
    }

    /** The keys of all servers that have signed. */
    public PinnedKeys keys() {
        Map<String, Map<String, String>> keys = new HashMap<>();
        servers.forEach((name, signer) ->
                keys.put(name, Map.of("ed25519:1", signer.key().verifyKey().base64())));
        return PinnedKeys.parse(keys);
    }

    public Pdu send(String sender, String type, String content) {
        return add(draft(sender, type, content));
    }

    public Pdu say(String sender, String text) {
        return send(sender, "m.room.message", "{\"body\":\"" + text + "\"}");
    }

    public Pdu state(String sender, String type, String stateKey, String content) {
        return add(draft(sender, type, content).put("state_key", stateKey));
    }

    public Pdu join(String user) {
        return state(user, "m.room.member", user, "{\"membership\":\"join\"}");
    }

    /** A redaction that names its target where the room version wants it. */
    public Pdu redact(String sender, EventId target) {
        return add(redaction(sender, target));
    }

    public ObjectNode redaction(String sender, EventId target) {
        ObjectNode event = draft(sender, "m.room.redaction", "{}");
        (rules.redactsInContent() ? event.withObject("content") : event).put("redacts", target.value());
        return event;
    }

    /** An event after the last one, not hashed, not signed, not added. */
    public ObjectNode draft(String sender, String type, String content) {
        ObjectNode event = bare(sender, type, json(content)).put("room_id", id.value());
        Pdu last = pdus.get(pdus.size() - 1);
        edge(event.withArray("prev_events"), last.id());
        return event.put("depth", last.depth() + 1);
    }

    /** Hashes and signs a draft, and puts it behind all others. */
    public Pdu add(ObjectNode draft) {
        Pdu pdu = signed(draft);
        pdus.add(pdu);
        return pdu;
    }

    /** Hashes and signs a draft by its sender's server, and adds it nowhere. */
    public Pdu signed(ObjectNode draft) {
        return server(UserId.parse(draft.path("sender").stringValue()).server().value())
                .pdu(draft, version);
    }

    public void edge(ArrayNode edges, EventId to) {
        if (rules.edgesCarryHashes()) {
            ArrayNode pair = edges.addArray();
            pair.add(to.value());
            pair.addObject().put("sha256", "x");
        } else {
            edges.add(to.value());
        }
    }

    private ObjectNode bare(String sender, String type, ObjectNode content) {
        ObjectNode event = json("{\"prev_events\":[],\"auth_events\":[],\"depth\":1}");
        event.put("sender", sender).put("type", type).set("content", content);
        event.put("origin_server_ts", TIME + ++count);
        if (rules.eventIds() == EventIds.IN_EVENT) {
            event.put("event_id", "$" + count + ":" + UserId.parse(sender).server());
        }
        return event;
    }

    private static ObjectNode json(String text) {
        return StrictJson.object(text.getBytes(StandardCharsets.UTF_8), StrictJson.Numbers.LENIENT);
    }

    public List<Pdu> pdus() {
        return List.copyOf(pdus);
    }

    public Pdu last() {
        return pdus.get(pdus.size() - 1);
    }

    /** All events as they go into a store. */
    public List<NewEvent> events() {
        return pdus.stream().map(SignedRoom::admitted).toList();
    }

    public static NewEvent admitted(Pdu pdu) {
        return EventGate.admit(pdu, PduSignatures.trusting(pdu));
    }

    /** All events as a dump has them. */
    public List<String> lines() {
        return pdus.stream().map(SignedRoom::line).toList();
    }

    public static String line(Pdu pdu) {
        return new String(pdu.bytes(), StandardCharsets.UTF_8);
    }

    public static String line(ObjectNode event) {
        return new String(CanonicalJson.encode(event), StandardCharsets.UTF_8);
    }
}
