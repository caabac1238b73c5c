package dev.headwater.oracle;

import dev.headwater.event.Pdu;
import dev.headwater.id.EventId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An event, as far as authorisation and state resolution look at it. Each is one object, equal to itself alone. */
final class RoomEvent {
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    private final String id;
    private final String type;
    private final @Nullable String stateKey;
    private final String sender;
    private final JsonNode content;
    private final long ts;
    private final long depth;
    private final List<String> prevEvents;
    private final List<String> authEvents;
    private final @Nullable String redacts;

    private RoomEvent(String id, JsonNode json, JsonNode content, List<String> prevEvents, List<String> authEvents) {
        this.id = id;
        this.content = content;
        this.prevEvents = List.copyOf(prevEvents);
        this.authEvents = List.copyOf(authEvents);
        type = json.path("type").stringValue();
        stateKey = json.has("state_key") ? json.path("state_key").stringValue() : null;
        sender = json.path("sender").stringValue();
        ts = json.path("origin_server_ts").longValue();
        depth = json.path("depth").decimalValue().toBigInteger().min(MOST).longValue();
        redacts = json.path("redacts").stringValue(null);
    }

    /** @param content of the event or, where only its redacted copy is genuine, of that */
    static RoomEvent of(Pdu pdu, JsonNode content) {
        return new RoomEvent(
                pdu.id().value(),
                pdu.json(),
                content,
                pdu.prevEvents().stream().map(EventId::value).toList(),
                pdu.authEvents().stream().map(EventId::value).toList());
    }

    /** An event that says its ID itself and names others by plain IDs, whatever the room version. */
    static RoomEvent of(JsonNode json) {
        return new RoomEvent(
                json.path("event_id").stringValue(),
                json,
                json.path("content"),
                ids(json.path("prev_events")),
                ids(json.path("auth_events")));
    }

    /** An event that a server thinks of and has not sent. */
    static RoomEvent thought(JsonNode json, List<String> prevEvents, List<String> authEvents) {
        String id = "$thought:" + server(json.path("sender").stringValue());
        return new RoomEvent(id, json, json.path("content"), prevEvents, authEvents);
    }

    private static List<String> ids(JsonNode edges) {
        List<String> ids = new ArrayList<>();
        edges.forEach(edge -> ids.add(edge.stringValue()));
        return ids;
    }

    String id() {
        return id;
    }

    String type() {
        return type;
    }

    @Nullable
    String stateKey() {
        return stateKey;
    }

    String sender() {
        return sender;
    }

    JsonNode content() {
        return content;
    }

    /** Milliseconds since the epoch, as the event claims. */
    long ts() {
        return ts;
    }

    long depth() {
        return depth;
    }

    List<String> prevEvents() {
        return prevEvents;
    }

    List<String> authEvents() {
        return authEvents;
    }

    @Nullable
    String redacts() {
        return redacts;
    }

    boolean isState() {
        return stateKey != null;
    }

    /** Fails if the event is no state. */
    StatePair pair() {
        return new StatePair(type, Objects.requireNonNull(stateKey));
    }

    boolean holds(StatePair pair) {
        return type.equals(pair.type()) && pair.stateKey().equals(stateKey);
    }

    /** The membership that it gives its state key; empty if it says none. */
    String membership() {
        return content.path("membership").stringValue("");
    }

    static String server(String user) {
        return user.substring(user.indexOf(':') + 1);
    }

    @Override
    public String toString() {
        return id + " " + type + (stateKey == null ? "" : " '" + stateKey + "'") + " by " + sender + " " + content;
    }
}
