package dev.headwater.oracle;

import dev.headwater.access.ServerAcl;
import dev.headwater.history.RoomAdmission;
import dev.headwater.id.ServerName;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * To which servers a state shows what happens in it, and which it lets in.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#room-history-visibility">History visibility</a>
 */
final class WhatIsAllowed {
    private WhatIsAllowed() {}

    /**
     * Whether the state shows an event to a server.
     *
     * @param oddIsJoined whether a visibility that no rule knows counts as {@code joined}; else as {@code shared}
     */
    static boolean shows(Homeserver.State state, String server, boolean oddIsJoined) {
        String visibility = visibility(state);
        return switch (visibility) {
            case "shared", "world_readable" -> true;
            case "invited" -> has(state, server, "join") || has(state, server, "invite");
            case "joined" -> has(state, server, "join");
            default -> !oddIsJoined || has(state, server, "join");
        };
    }

    /** The history visibility; {@code shared} where none is set. */
    static String visibility(Homeserver.State state) {
        RoomEvent event = state.get(StatePair.HISTORY_VISIBILITY);
        return event == null
                ? "shared"
                : event.content().path("history_visibility").stringValue("");
    }

    /** Whether any user of a server has a membership. */
    static boolean has(Homeserver.State state, String server, String membership) {
        for (Map.Entry<StatePair, RoomEvent> entry : state.events().entrySet()) {
            if (entry.getKey().type().equals("m.room.member")
                    && RoomEvent.server(entry.getKey().stateKey()).equals(server)
                    && entry.getValue().membership().equals(membership)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a server is in the room and not denied. */
    static boolean letsIn(Homeserver.State state, String server) {
        return has(state, server, "join") && allowedBy(state.get(StatePair.SERVER_ACL), server);
    }

    /** Who is in the room, as an operator tells it from the state. */
    static RoomAdmission admission(Homeserver.State state) {
        Set<ServerName> joined = new HashSet<>();
        state.events().forEach((pair, event) -> {
            if (pair.type().equals("m.room.member") && event.membership().equals("join")) {
                joined.add(ServerName.parse(RoomEvent.server(pair.stateKey())));
            }
        });
        RoomEvent acl = state.get(StatePair.SERVER_ACL);
        return new RoomAdmission(
                joined, acl == null ? List.of() : List.of(acl.content().toString()));
    }

    private static boolean allowedBy(@Nullable RoomEvent acl, String server) {
        return acl == null || ServerAcl.of((ObjectNode) acl.content()).allows(ServerName.parse(server));
    }
}
