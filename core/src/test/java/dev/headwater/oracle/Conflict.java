package dev.headwater.oracle;

import dev.headwater.room.RoomVersion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Some states of a room that meet, and events that are asked to be allowed by them: what implementations of state
 * resolution can be compared by, as JSON too.
 */
final class Conflict {
    private static final int ASKED = 4;

    /** An event, and the number of the state by which it is to be allowed. */
    record Asked(String event, int state) {}

    private final RoomVersion version;
    private final Map<String, RoomEvent> events = new LinkedHashMap<>();
    private final List<Map<StatePair, RoomEvent>> states = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();

    private Conflict(RoomVersion version) {
        this.version = version;
    }

    /** All the places of a room at which states meet that differ. */
    static List<Conflict> of(RandomRoom room) {
        Random random = new Random(room.seed());
        List<RoomEvent> all = room.homeserver().events();
        List<Conflict> conflicts = new ArrayList<>();
        for (List<Homeserver.State> states : room.homeserver().meetings()) {
            Conflict conflict = new Conflict(room.version());
            states.forEach(state -> conflict.states.add(state.events()));
            states.forEach(
                    state -> conflict.take(room.homeserver(), state.events().values()));
            for (int i = 0; i < ASKED; i++) {
                RoomEvent event = all.get(random.nextInt(all.size()));
                conflict.take(room.homeserver(), List.of(event));
                conflict.asked.add(new Asked(event.id(), random.nextInt(states.size())));
            }
            conflicts.add(conflict);
        }
        return conflicts;
    }

    private void take(Homeserver homeserver, Collection<RoomEvent> some) {
        Deque<RoomEvent> open = new ArrayDeque<>(some);
        while (!open.isEmpty()) {
            RoomEvent event = open.remove();
            if (events.put(event.id(), event) == null) {
                event.authEvents().forEach(id -> open.add(Objects.requireNonNull(homeserver.event(id))));
            }
        }
    }

    static Conflict read(JsonNode json) {
        Conflict conflict =
                new Conflict(RoomVersion.of(json.path("version").stringValue()).orElseThrow());
        for (JsonNode event : json.path("events")) {
            RoomEvent read = RoomEvent.of(event);
            conflict.events.put(read.id(), read);
        }
        for (JsonNode ids : json.path("states")) {
            Map<StatePair, RoomEvent> state = new HashMap<>();
            for (JsonNode id : ids) {
                RoomEvent event = conflict.event(id.stringValue());
                state.put(event.pair(), event);
            }
            conflict.states.add(state);
        }
        json.path("asked")
                .forEach(each -> conflict.asked.add(
                        new Asked(each.path(0).stringValue(), each.path(1).intValue())));
        return conflict;
    }

    private RoomEvent event(String id) {
        return Objects.requireNonNull(events.get(id));
    }

    RoomVersion version() {
        return version;
    }

    private RoomEvent create() {
        return events.values().stream()
                .filter(event -> event.holds(StatePair.CREATE))
                .findFirst()
                .orElseThrow();
    }

    /** The IDs of the events of the state in which they meet. */
    List<String> resolved(AuthorizationRules rules) {
        return StateResolution.of(rules, create(), events::get).resolve(states).values().stream()
                .map(RoomEvent::id)
                .sorted()
                .toList();
    }

    /** Of each event that is asked, whether it is allowed. */
    List<Boolean> allowed(AuthorizationRules rules) {
        return asked.stream()
                .map(each -> rules.allows(event(each.event()), states.get(each.state())::get))
                .toList();
    }

    /** All events that it takes, those that are named as authorisation among them. */
    Collection<RoomEvent> events() {
        return events.values();
    }

    /** The IDs of the events of each state that meets. */
    List<List<String>> meeting() {
        return states.stream()
                .map(state -> state.values().stream().map(RoomEvent::id).toList())
                .toList();
    }

    /** Each event that is asked, and the number of the state by which it is to be allowed. */
    List<Asked> asked() {
        return asked;
    }

    /** With names in the place of hashes, which makes it a conflict of its own. */
    ObjectNode json() {
        Map<String, String> names = new HashMap<>();
        for (RoomEvent event : new TreeMap<>(events).values()) {
            String server = version.atLeast(RoomVersion.V3) ? "" : ":" + RoomEvent.server(event.id());
            names.put(event.id(), "$" + Integer.toString(names.size(), 36) + server);
        }
        String room = version.atLeast(RoomVersion.V12)
                ? "!" + names.getOrDefault(create().id(), "$").substring(1)
                : "!r:one.test";
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", version.identifier());
        ArrayNode all = json.putArray("events");
        events.values().forEach(event -> all.add(json(event, names, room)));
        ArrayNode meeting = json.putArray("states");
        states.forEach(state -> ids(
                meeting.addArray(), state.values().stream().map(RoomEvent::id).toList(), names));
        ArrayNode pairs = json.putArray("asked");
        asked.forEach(each -> pairs.addArray().add(names.get(each.event())).add(each.state()));
        return json;
    }

    private ObjectNode json(RoomEvent event, Map<String, String> names, String room) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("event_id", names.get(event.id())).put("type", event.type()).put("sender", event.sender());
        json.put("origin_server_ts", event.ts()).put("depth", event.depth());
        json.set("content", event.content());
        if (event.stateKey() != null) {
            json.put("state_key", event.stateKey());
        }
        if (event.redacts() != null) {
            // Where the one asked for is not named otherwise, only its server counts.
            json.put("redacts", names.getOrDefault(event.redacts(), event.redacts()));
        }
        if (!version.atLeast(RoomVersion.V12) || !event.holds(StatePair.CREATE)) {
            json.put("room_id", room);
        }
        ids(json.putArray("prev_events"), event.prevEvents(), names);
        ids(json.putArray("auth_events"), event.authEvents(), names);
        return json;
    }

    private static void ids(ArrayNode array, List<String> ids, Map<String, String> names) {
        new TreeSet<>(ids).forEach(id -> array.add(names.getOrDefault(id, id)));
    }
}
