package dev.headwater.oracle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The algorithm of room version 1. Where the specification is silent it is as Synapse has it: each membership is resolved
 * without the others, and of events of which none is allowed the oldest stays.
 *
 * @see <a href="https://spec.matrix.org/v1.18/rooms/v1/#state-resolution">State resolution of version 1</a>
 */
final class StateResolutionV1 implements StateResolution {
    private static final Comparator<RoomEvent> OLDEST_FIRST = Comparator.comparing(RoomEvent::depth)
            .thenComparing(Comparator.comparing(StateResolutionV1::sha1).reversed());

    private final AuthorizationRules rules;

    StateResolutionV1(AuthorizationRules rules) {
        this.rules = rules;
    }

    @Override
    public Map<StatePair, RoomEvent> resolve(Collection<Map<StatePair, RoomEvent>> states) {
        Map<StatePair, RoomEvent> resolved = new HashMap<>();
        Map<StatePair, List<RoomEvent>> conflicts = new HashMap<>();
        StateResolution.held(states).forEach((pair, events) -> {
            if (events.size() == 1) {
                resolved.put(pair, events.iterator().next());
            } else {
                conflicts.put(pair, events.stream().sorted(OLDEST_FIRST).toList());
            }
        });
        for (String type : List.of("m.room.power_levels", "m.room.join_rules", "m.room.member")) {
            Map<StatePair, RoomEvent> settled = new HashMap<>();
            conflicts.forEach((pair, events) -> {
                boolean now = type.equals("m.room.power_levels")
                        ? pair.equals(StatePair.POWER_LEVELS)
                        : pair.type().equals(type);
                if (now) {
                    settled.put(pair, lastAllowed(events, resolved));
                }
            });
            resolved.putAll(settled);
            conflicts.keySet().removeAll(settled.keySet());
        }
        Map<StatePair, RoomEvent> others = new HashMap<>();
        conflicts.forEach((pair, events) -> others.put(pair, newestAllowed(events, resolved)));
        resolved.putAll(others);
        return resolved;
    }

    /** Each in the place of the one before, as long as that is allowed. */
    private RoomEvent lastAllowed(List<RoomEvent> events, Map<StatePair, RoomEvent> resolved) {
        Map<StatePair, RoomEvent> state = new HashMap<>(resolved);
        RoomEvent last = events.get(0);
        for (RoomEvent next : events.subList(1, events.size())) {
            state.put(last.pair(), last);
            if (!rules.allows(next, state::get)) {
                break;
            }
            last = next;
        }
        return last;
    }

    private RoomEvent newestAllowed(List<RoomEvent> events, Map<StatePair, RoomEvent> resolved) {
        for (int i = events.size() - 1; i > 0; i--) {
            if (rules.allows(events.get(i), resolved::get)) {
                return events.get(i);
            }
        }
        return events.get(0);
    }

    private static String sha1(RoomEvent event) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-1").digest(event.id().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }
}
