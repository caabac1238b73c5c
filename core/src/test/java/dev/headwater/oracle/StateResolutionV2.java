package dev.headwater.oracle;

import dev.headwater.room.RoomVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The algorithm of room versions 2 to 11 and, with the changes of MSC4297, of version 12. The events that come before a
 * power event are looked for through the full conflicted set alone, as all homeservers do.
 *
 * @see <a href="https://spec.matrix.org/v1.18/rooms/v2/#state-resolution">State resolution</a>
 * @see <a href="https://spec.matrix.org/v1.18/rooms/v12/#state-resolution">State resolution of version 12</a>
 */
final class StateResolutionV2 implements StateResolution {
    private static final Comparator<RoomEvent> OLDEST_FIRST =
            Comparator.comparing(RoomEvent::ts).thenComparing(RoomEvent::id);

    private final RoomVersion version;
    private final @Nullable RoomEvent create;
    private final Function<String, @Nullable RoomEvent> events;
    private final AuthorizationRules rules;
    private final Map<RoomEvent, Set<RoomEvent>> chains = new HashMap<>();

    StateResolutionV2(
            AuthorizationRules rules, @Nullable RoomEvent create, Function<String, @Nullable RoomEvent> events) {
        this.version = rules.version();
        this.create = create;
        this.events = events;
        this.rules = rules;
    }

    @Override
    public Map<StatePair, RoomEvent> resolve(Collection<Map<StatePair, RoomEvent>> states) {
        Map<StatePair, RoomEvent> unconflicted = new HashMap<>();
        Set<RoomEvent> conflicted = new LinkedHashSet<>();
        StateResolution.held(states).forEach((pair, by) -> {
            if (by.size() == 1 && states.stream().allMatch(state -> state.containsKey(pair))) {
                unconflicted.put(pair, by.iterator().next());
            } else {
                conflicted.addAll(by);
            }
        });
        if (conflicted.isEmpty()) {
            return unconflicted;
        }
        Set<RoomEvent> full = new HashSet<>(conflicted);
        full.addAll(authDifference(states));
        if (version.atLeast(RoomVersion.V12)) {
            full.addAll(subgraph(conflicted));
        }
        List<RoomEvent> powerEvents = byPower(withAuthEvents(full));
        Map<StatePair, RoomEvent> resolved = version.atLeast(RoomVersion.V12) ? Map.of() : unconflicted;
        resolved = checked(resolved, powerEvents);
        List<RoomEvent> others = new ArrayList<>(full);
        others.removeAll(new HashSet<>(powerEvents));
        resolved = checked(resolved, byMainline(others, resolved.get(StatePair.POWER_LEVELS)));
        resolved.putAll(unconflicted);
        return resolved;
    }

    private Set<RoomEvent> chain(RoomEvent event) {
        Set<RoomEvent> known = chains.get(event);
        if (known == null) {
            known = new HashSet<>();
            for (RoomEvent named : authEvents(event)) {
                known.add(named);
                known.addAll(chain(named));
            }
            chains.put(event, known);
        }
        return known;
    }

    private List<RoomEvent> authEvents(RoomEvent event) {
        List<RoomEvent> named = new ArrayList<>();
        for (String id : event.authEvents()) {
            RoomEvent each = events.apply(id);
            if (each != null) {
                named.add(each);
            }
        }
        return named;
    }

    private Set<RoomEvent> authDifference(Collection<Map<StatePair, RoomEvent>> states) {
        Set<RoomEvent> some = new HashSet<>();
        Set<RoomEvent> all = null;
        for (Map<StatePair, RoomEvent> state : states) {
            Set<RoomEvent> chain = new HashSet<>(rules.reading().statesInChains() ? state.values() : Set.of());
            state.values().forEach(event -> chain.addAll(chain(event)));
            some.addAll(chain);
            if (all == null) {
                all = chain;
            } else {
                all.retainAll(chain);
            }
        }
        some.removeAll(all == null ? Set.of() : all);
        return some;
    }

    /** What lies on a path from one event in conflict to another. */
    private Set<RoomEvent> subgraph(Set<RoomEvent> conflicted) {
        Set<RoomEvent> between = new HashSet<>();
        for (RoomEvent from : conflicted) {
            for (RoomEvent event : chain(from)) {
                if (conflicted.contains(event) || !Collections.disjoint(chain(event), conflicted)) {
                    between.add(event);
                }
            }
        }
        return between;
    }

    private static boolean isPowerEvent(RoomEvent event) {
        return event.holds(StatePair.POWER_LEVELS)
                || event.holds(StatePair.JOIN_RULES)
                || event.holds(StatePair.CREATE)
                || event.type().equals("m.room.member")
                        && List.of("leave", "ban").contains(event.membership())
                        && !event.sender().equals(event.stateKey());
    }

    private Set<RoomEvent> withAuthEvents(Set<RoomEvent> full) {
        Set<RoomEvent> found = new HashSet<>();
        List<RoomEvent> open = new ArrayList<>(
                full.stream().filter(StateResolutionV2::isPowerEvent).toList());
        while (!open.isEmpty()) {
            RoomEvent event = open.remove(open.size() - 1);
            if (found.add(event)) {
                authEvents(event).stream().filter(full::contains).forEach(open::add);
            }
        }
        return found;
    }

    private List<RoomEvent> byPower(Set<RoomEvent> some) {
        Map<RoomEvent, Long> power = new HashMap<>();
        Map<RoomEvent, Set<RoomEvent>> waiting = new HashMap<>();
        some.forEach(event -> {
            power.put(event, powerOfSender(event));
            Set<RoomEvent> before = new HashSet<>(authEvents(event));
            before.retainAll(some);
            waiting.put(event, before);
        });
        PriorityQueue<RoomEvent> ready =
                new PriorityQueue<>(Comparator.comparing((RoomEvent event) -> power.getOrDefault(event, 0L))
                        .reversed()
                        .thenComparing(OLDEST_FIRST));
        List<RoomEvent> sorted = new ArrayList<>();
        while (true) {
            waiting.entrySet().removeIf(entry -> entry.getValue().isEmpty() && ready.add(entry.getKey()));
            RoomEvent next = ready.poll();
            if (next == null) {
                return sorted;
            }
            sorted.add(next);
            waiting.values().forEach(before -> before.remove(next));
        }
    }

    private long powerOfSender(RoomEvent event) {
        RoomEvent levels = null;
        for (RoomEvent named : authEvents(event)) {
            levels = named.holds(StatePair.POWER_LEVELS) ? named : levels;
        }
        return new PowerLevels(version, levels, create).of(event.sender());
    }

    private Map<StatePair, RoomEvent> checked(Map<StatePair, RoomEvent> state, List<RoomEvent> sorted) {
        Map<StatePair, RoomEvent> result = new HashMap<>(state);
        for (RoomEvent event : sorted) {
            Map<StatePair, RoomEvent> around = new HashMap<>();
            if (create != null && version.atLeast(RoomVersion.V12)) {
                around.put(StatePair.CREATE, create);
            }
            authEvents(event).stream().filter(RoomEvent::isState).forEach(named -> around.put(named.pair(), named));
            for (StatePair pair : rules.selection(event)) {
                RoomEvent held = result.get(pair);
                if (held != null) {
                    around.put(pair, held);
                }
            }
            if (rules.allows(event, around::get)) {
                result.put(event.pair(), event);
            }
        }
        return result;
    }

    private List<RoomEvent> byMainline(List<RoomEvent> some, @Nullable RoomEvent levels) {
        Map<RoomEvent, Integer> mainline = new HashMap<>();
        for (RoomEvent each = levels; each != null; each = levelsOf(each)) {
            mainline.put(each, mainline.size());
        }
        Map<RoomEvent, Integer> positions = new HashMap<>();
        for (RoomEvent event : some) {
            RoomEvent each = event;
            while (each != null && !mainline.containsKey(each)) {
                each = levelsOf(each);
            }
            positions.put(event, each == null ? Integer.MAX_VALUE : mainline.getOrDefault(each, 0));
        }
        return some.stream()
                .sorted(Comparator.comparing((RoomEvent event) -> positions.getOrDefault(event, 0))
                        .reversed()
                        .thenComparing(OLDEST_FIRST))
                .toList();
    }

    private @Nullable RoomEvent levelsOf(RoomEvent event) {
        for (RoomEvent named : authEvents(event)) {
            if (named.holds(StatePair.POWER_LEVELS)) {
                return named;
            }
        }
        return null;
    }
}
