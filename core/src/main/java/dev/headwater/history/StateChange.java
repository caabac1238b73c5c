package dev.headwater.history;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What an event changes in the state of its room. */
sealed interface StateChange {
    /** Nothing. */
    StateChange NONE = new None();

    /** Its body does not say what. */
    StateChange UNTOLD = new Untold();

    record None() implements StateChange {}

    record Untold() implements StateChange {}

    /** The event holds this key now. */
    record Holds(StateKey key, int facts) implements StateChange {}

    /** Whether {@link #of} looks into the body of such an event. */
    static boolean needsBody(EventKind kind) {
        return switch (kind) {
            case ORDINARY, CREATE, OPENS_HISTORY, SERVER_ACL -> false;
            case RESTRICTS_HISTORY, MEMBERSHIP, STATE, OTHER_HISTORY -> true;
        };
    }

    /** @param body holds the event's bytes; need not, unless {@link #needsBody} */
    static StateChange of(EventKind kind, byte[] body, int offset, int length) {
        return switch (kind) {
            case ORDINARY -> NONE;
            case CREATE -> new Holds(StateKeys.CREATE, 0);
            case SERVER_ACL -> new Holds(StateKeys.SERVER_ACL, 0);
            case OPENS_HISTORY -> new Holds(StateKeys.HISTORY_VISIBILITY, StateFacts.SHOWS_ALL);
            case RESTRICTS_HISTORY -> restriction(json(body, offset, length));
            case MEMBERSHIP -> membership(json(body, offset, length));
            case STATE, OTHER_HISTORY -> other(json(body, offset, length));
        };
    }

    private static StateChange restriction(@Nullable JsonNode event) {
        int facts = event == null
                ? StateFacts.SHOWS_ODDLY
                : StateFacts.ofHistoryVisibility(content(event, "history_visibility"));
        // What the gate took for a restriction opens nothing, whatever its body says.
        return new Holds(StateKeys.HISTORY_VISIBILITY, facts == StateFacts.SHOWS_ALL ? StateFacts.SHOWS_ODDLY : facts);
    }

    private static StateChange membership(@Nullable JsonNode event) {
        if (event == null || !event.path("state_key").isString()) {
            return UNTOLD;
        }
        StateKey key = StateKey.of("m.room.member", event.path("state_key").stringValue());
        return new Holds(key, StateFacts.ofMembership(content(event, "membership")));
    }

    private static StateChange other(@Nullable JsonNode event) {
        if (event == null || !event.path("type").isString()) {
            return UNTOLD;
        }
        JsonNode stateKey = event.path("state_key");
        return stateKey.isString()
                ? new Holds(StateKey.of(event.path("type").stringValue(), stateKey.stringValue()), 0)
                : NONE;
    }

    private static String content(JsonNode event, String name) {
        return event.path("content").path(name).stringValue("");
    }

    private static @Nullable JsonNode json(byte[] body, int offset, int length) {
        try {
            return StateKeys.JSON.readTree(body, offset, length);
        } catch (JacksonException notJson) {
            return null;
        }
    }
}
