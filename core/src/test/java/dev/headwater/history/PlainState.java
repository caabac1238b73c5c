package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who is in a room, as one would derive it with maps at every event. A silent event may have been taken or not. */
final class PlainState {
    private static final JsonMapper JSON = new JsonMapper();

    private static final String DENIES_ALL = "{}";

    private record State(Map<String, NewEvent> members, Set<String> acls) {}

    private final Map<EventId, NewEvent> byId = new LinkedHashMap<>();
    private final Map<EventId, State> after = new HashMap<>();
    private final Set<EventId> marked = new HashSet<>();

    /** @param events parents before children */
    PlainState(List<NewEvent> events) {
        events.forEach(event -> {
            if (event.redacts() != null) {
                marked.add(event.redacts());
            }
        });
        for (NewEvent event : events) {
            State state = event.kind() == EventKind.CREATE && event.prevEvents().isEmpty()
                    ? new State(new HashMap<>(), new HashSet<>())
                    : merge(event.prevEvents());
            change(state, event);
            byId.put(event.id(), event);
            after.put(event.id(), state);
        }
    }

    private void change(State state, NewEvent event) {
        if (event.kind() == EventKind.MEMBERSHIP) {
            if (event.silent()) {
                state.members().clear();
            } else {
                state.members().put(json(event).path("state_key").stringValue(""), event);
            }
        } else if (event.kind() == EventKind.SERVER_ACL) {
            if (event.silent()) {
                state.acls().add(DENIES_ALL);
            } else {
                state.acls().clear();
                state.acls().add(json(event).path("content").toString());
            }
            if (marked.contains(event.id())) {
                state.acls().add(DENIES_ALL);
            }
        }
    }

    private State merge(Iterable<EventId> branches) {
        @Nullable Map<String, NewEvent> members = null;
        Set<String> acls = new HashSet<>();
        for (EventId branch : branches) {
            State state = after.getOrDefault(branch, new State(Map.of(), Set.of(DENIES_ALL)));
            acls.addAll(state.acls());
            if (members == null) {
                members = new HashMap<>(state.members());
            } else {
                members.entrySet().removeIf(entry -> state.members().get(entry.getKey()) != entry.getValue());
            }
        }
        return members == null
                ? new State(new HashMap<>(), new HashSet<>(Set.of(DENIES_ALL)))
                : new State(members, acls);
    }

    RoomAdmission admission() {
        Set<EventId> ends = new HashSet<>();
        ends.addAll(byId.keySet());
        List<NewEvent> newestFirst = new ArrayList<>(byId.values());
        Collections.reverse(newestFirst);
        Set<EventId> followed = new HashSet<>();
        for (NewEvent event : newestFirst) {
            if (!event.silent() || followed.contains(event.id())) {
                followed.addAll(event.prevEvents());
            }
        }
        ends.removeAll(followed);
        State state = merge(ends);
        Set<ServerName> joined = new HashSet<>();
        state.members().forEach((user, event) -> {
            if (json(event).path("content").path("membership").stringValue("").equals("join")) {
                joined.add(UserId.parse(user).server());
            }
        });
        return new RoomAdmission(joined, List.copyOf(state.acls()));
    }

    private static JsonNode json(NewEvent event) {
        return JSON.readTree(event.body());
    }
}
