package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The states of a room as one would derive them with a map at every event, and the visibility that follows from them. */
final class PlainStates {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String VISIBILITY = "m.room.history_visibility ";

    /**
     * What a state says of one pair.
     *
     * @param event null if branches disagree
     * @param values that the pair's events give, "shared" among them if it may be that no event holds it
     */
    record Held(@Nullable EventId event, Set<String> values) {}

    private final Map<EventId, @Nullable Map<String, Held>> before = new HashMap<>();
    private final Map<EventId, @Nullable Map<String, Held>> after = new HashMap<>();
    private final Map<EventId, Visibility> visibility = new LinkedHashMap<>();

    /** @param events parents before children */
    PlainStates(List<NewEvent> events) {
        for (NewEvent event : events) {
            Map<String, Held> state = stateBefore(event);
            before.put(event.id(), state);
            after.put(event.id(), state == null ? null : stateAfter(state, event));
            visibility.put(event.id(), visibilityOf(event, state));
        }
    }

    @Nullable
    Map<String, Held> before(EventId event) {
        return before.get(event);
    }

    @Nullable
    Map<String, Held> after(EventId event) {
        return after.get(event);
    }

    Map<EventId, Visibility> visibility() {
        return visibility;
    }

    private @Nullable Map<String, Held> stateBefore(NewEvent event) {
        if (event.kind() == EventKind.CREATE) {
            return event.prevEvents().isEmpty() ? Map.of() : null;
        }
        List<Map<String, Held>> branches = new ArrayList<>();
        for (EventId parent : event.prevEvents()) {
            Map<String, Held> state = after.get(parent);
            if (state == null) {
                return null;
            }
            branches.add(state);
        }
        return branches.isEmpty() ? null : merged(branches);
    }

    private static Map<String, Held> merged(List<Map<String, Held>> branches) {
        Set<String> pairs = new HashSet<>();
        branches.forEach(branch -> pairs.addAll(branch.keySet()));
        Map<String, Held> merged = new HashMap<>();
        for (String pair : pairs) {
            Set<@Nullable Held> held = new HashSet<>();
            branches.forEach(branch -> held.add(branch.get(pair)));
            Held first = branches.get(0).get(pair);
            if (held.size() == 1 && first != null) {
                merged.put(pair, first);
            } else {
                Set<String> values = new TreeSet<>();
                held.forEach(each -> values.addAll(each == null ? Set.of() : each.values()));
                merged.put(pair, new Held(null, perhapsNone(pair, values)));
            }
        }
        return merged;
    }

    private static Set<String> perhapsNone(String pair, Set<String> values) {
        Set<String> all = new TreeSet<>(values);
        if (pair.equals(VISIBILITY)) {
            all.add("shared");
        }
        return pair.startsWith("m.room.member ") ? Set.of() : all;
    }

    private static Map<String, Held> stateAfter(Map<String, Held> state, NewEvent event) {
        String pair = pair(event);
        if (pair == null) {
            return state;
        }
        Map<String, Held> changed = new HashMap<>(state);
        Set<String> values = value(event);
        if (event.silent()) {
            Held held = state.get(pair);
            Set<String> all = new TreeSet<>(values);
            if (held != null) {
                all.addAll(held.values());
            }
            changed.put(
                    pair,
                    new Held(
                            null,
                            held == null
                                    ? perhapsNone(pair, all)
                                    : pair.startsWith("m.room.member ") ? Set.of() : all));
        } else {
            changed.put(pair, new Held(event.id(), values));
        }
        return changed;
    }

    /** Type and state key of a state event, a blank between; null for another event. */
    static @Nullable String pair(NewEvent event) {
        return switch (event.kind()) {
            case CREATE -> "m.room.create ";
            case SERVER_ACL -> "m.room.server_acl ";
            case OPENS_HISTORY, RESTRICTS_HISTORY -> VISIBILITY;
            case MEMBERSHIP -> "m.room.member " + json(event).path("state_key").stringValue();
            case STATE, OTHER_HISTORY ->
                json(event).has("state_key")
                        ? json(event).path("type").stringValue() + " "
                                + json(event).path("state_key").stringValue()
                        : null;
            case ORDINARY -> null;
        };
    }

    /** What is to be known of a state event: a membership, or a visibility, with {@code odd} for all that no rule knows. */
    private static Set<String> value(NewEvent event) {
        return switch (event.kind()) {
            case MEMBERSHIP -> {
                String value = json(event).path("content").path("membership").stringValue();
                yield value.equals("join") || value.equals("invite") ? Set.of(value) : Set.of();
            }
            case OPENS_HISTORY -> Set.of("shared");
            case RESTRICTS_HISTORY -> {
                String value =
                        json(event).path("content").path("history_visibility").stringValue("odd");
                yield Set.of(value.equals("joined") || value.equals("invited") ? value : "odd");
            }
            default -> Set.of();
        };
    }

    private Visibility visibilityOf(NewEvent event, @Nullable Map<String, Held> state) {
        if (event.kind() == EventKind.CREATE) {
            return event.prevEvents().isEmpty() ? Visibility.OPEN : Visibility.UNKNOWN;
        }
        boolean changes = event.kind() == EventKind.RESTRICTS_HISTORY || event.kind() == EventKind.OTHER_HISTORY;
        if (state == null) {
            boolean open = !changes
                    && !event.prevEvents().isEmpty()
                    && event.prevEvents().stream().allMatch(parent -> visibility.get(parent) == Visibility.OPEN);
            return open ? Visibility.OPEN : Visibility.UNKNOWN;
        }
        Held held = state.getOrDefault(VISIBILITY, new Held(event.id(), Set.of("shared")));
        Set<String> values = new HashSet<>(held.values());
        boolean perhaps = held.event() == null && !values.equals(Set.of("shared")) || values.contains("odd");
        if (changes) {
            Set<String> own = event.kind() == EventKind.OTHER_HISTORY ? Set.of("odd") : value(event);
            values.addAll(own);
            perhaps |= own.contains("odd");
        }
        boolean joined = values.contains("joined") || values.contains("odd");
        if (joined) {
            return perhaps ? Visibility.PERHAPS_JOINED : Visibility.JOINED;
        }
        return !values.contains("invited")
                ? Visibility.OPEN
                : perhaps ? Visibility.PERHAPS_INVITED : Visibility.INVITED;
    }

    /** What a server gets to see of an event. */
    Sight sight(EventId event, boolean marked, String server) {
        Visibility to = Awaited.present(visibility.get(event));
        if (to == Visibility.OPEN) {
            return marked ? Sight.REDACTED : Sight.SHOWN;
        }
        Map<String, Held> stateBefore = before.get(event);
        Map<String, Held> stateAfter = after.get(event);
        if (to == Visibility.UNKNOWN || stateBefore == null || stateAfter == null) {
            return Sight.WITHHELD;
        }
        boolean invites = to == Visibility.INVITED || to == Visibility.PERHAPS_INVITED;
        String held = membership(stateBefore, server, invites) + membership(stateAfter, server, invites);
        if (held.equals("yesyes")) {
            return marked ? Sight.REDACTED : Sight.SHOWN;
        }
        boolean certain = to == Visibility.INVITED || to == Visibility.JOINED;
        return certain && held.contains("no") ? Sight.REDACTED : Sight.WITHHELD;
    }

    private static String membership(Map<String, Held> state, String server, boolean invites) {
        String answer = "no";
        for (Map.Entry<String, Held> entry : state.entrySet()) {
            if (entry.getKey().startsWith("m.room.member ") && entry.getKey().endsWith(":" + server)) {
                Set<String> values = entry.getValue().values();
                if (values.contains("join") || invites && values.contains("invite")) {
                    return "yes";
                }
                answer = entry.getValue().event() == null ? "perhaps" : answer;
            }
        }
        return answer;
    }

    private static JsonNode json(NewEvent event) {
        return JSON.readTree(event.body());
    }
}
