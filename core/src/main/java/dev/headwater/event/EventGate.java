package dev.headwater.event;

import dev.headwater.history.EventKind;
import dev.headwater.history.NewEvent;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.UserId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.room.Redaction;
import dev.headwater.room.Redacts;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The one gate through which events come into the store, whatever way brought them. */
public final class EventGate {
    /** By MSC4293, and as it is called until that is part of the specification. */
    private static final List<String> REDACT_EVENTS = List.of("redact_events", "org.matrix.msc4293.redact_events");

    private EventGate() {}

    /**
     * The event as the store takes it. If its content hash differs, only what its signatures cover comes in: its redacted
     * copy, and nothing that is told from the rest.
     */
    public static NewEvent admit(Pdu pdu, Verified.Accepted verified) {
        boolean whole = verified instanceof Verified.AllGood;
        ObjectNode event = whole ? pdu.json() : Redaction.redact(pdu.json(), pdu.version());
        return new NewEvent(
                pdu.id(),
                pdu.sender(),
                pdu.depth(),
                pdu.originServerTs(),
                kind(pdu.type(), pdu.stateKey(), event.path("content")),
                pdu.silent(),
                Redacts.target(event, pdu.rules()),
                redactsAllOf(pdu, event.path("content")),
                pdu.prevEvents(),
                whole ? pdu.bytes() : CanonicalJson.encode(event));
    }

    private static EventKind kind(String type, @Nullable String stateKey, JsonNode content) {
        boolean ofRoom = "".equals(stateKey);
        EventKind other = stateKey == null ? EventKind.ORDINARY : EventKind.STATE;
        return switch (type) {
            case "m.room.create" -> ofRoom ? EventKind.CREATE : other;
            case "m.room.history_visibility" ->
                !ofRoom
                        ? EventKind.OTHER_HISTORY
                        : opensHistory(content) ? EventKind.OPENS_HISTORY : EventKind.RESTRICTS_HISTORY;
            case "m.room.member" -> isUser(stateKey) ? EventKind.MEMBERSHIP : other;
            case "m.room.server_acl" -> ofRoom ? EventKind.SERVER_ACL : other;
            default -> other;
        };
    }

    /** Whether the content of an {@code m.room.history_visibility} lets every member of the room see what follows. */
    public static boolean opensHistory(JsonNode content) {
        String value = content.path("history_visibility").stringValue("");
        return value.equals("shared") || value.equals("world_readable");
    }

    /** The flag of a ban or a kick that all events of the user are to go with it. A user's own leave says no such thing. */
    private static @Nullable UserId redactsAllOf(Pdu pdu, JsonNode content) {
        String stateKey = pdu.stateKey();
        boolean flagged = REDACT_EVENTS.stream()
                .anyMatch(flag ->
                        content.path(flag).isBoolean() && content.path(flag).booleanValue());
        if (!flagged
                || !pdu.type().equals("m.room.member")
                || !isUser(stateKey)
                || pdu.sender().value().equals(stateKey)) {
            return null;
        }
        String membership = content.path("membership").stringValue("");
        return membership.equals("ban") || membership.equals("leave") ? UserId.parse(String.valueOf(stateKey)) : null;
    }

    private static boolean isUser(@Nullable String stateKey) {
        if (stateKey == null) {
            return false;
        }
        try {
            UserId.parse(stateKey);
            return true;
        } catch (InvalidIdException e) {
            return false;
        }
    }
}
