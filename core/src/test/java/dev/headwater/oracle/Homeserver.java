package dev.headwater.oracle;

import dev.headwater.room.RoomVersion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A homeserver that holds the whole of a room: which events it takes, the states before and after each, and the state now.
 * A rejected event changes no state; one that its own past allows and the present does not is soft-failed, and is no end
 * of the room.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#checks-performed-on-receipt-of-a-pdu">Checks on
 *     receipt</a>
 */
final class Homeserver {
    /** What becomes of an event. */
    enum Verdict {
        ACCEPTED,
        SOFT_FAILED,
        REJECTED
    }

    /** The state of the room at some point. Equal states that came about on separate ways are separate objects. */
    record State(int number, Map<StatePair, RoomEvent> events) {
        @Nullable
        RoomEvent get(StatePair pair) {
            return events.get(pair);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return number;
        }
    }

    private record Around(RoomEvent event, State before, State after, Verdict verdict) {}

    private final RoomVersion version;
    private final AuthorizationRules rules;
    private final Map<String, Around> taken = new LinkedHashMap<>();
    private final Map<Set<Integer>, State> resolved = new LinkedHashMap<>();
    private final List<State> states = new ArrayList<>();
    private final Set<String> extremities = new LinkedHashSet<>();
    private final State none = state(Map.of());
    private State current = none;
    private @Nullable RoomEvent create;
    private @Nullable StateResolution resolution;

    Homeserver(RoomVersion version, Reading reading) {
        this.version = version;
        this.rules = new AuthorizationRules(version, reading);
    }

    private State state(Map<StatePair, RoomEvent> events) {
        State state = new State(states.size(), events);
        states.add(state);
        return state;
    }

    /** Takes an event whose parents it has. */
    Verdict take(RoomEvent event) {
        if (create == null) {
            create = event;
            resolution = StateResolution.of(rules, event, this::event);
        }
        State before = stateAfter(event.prevEvents());
        Verdict verdict = verdict(event, before);
        State after = before;
        if (verdict != Verdict.REJECTED && event.isState()) {
            Map<StatePair, RoomEvent> changed = new HashMap<>(before.events());
            changed.put(event.pair(), event);
            after = state(changed);
        }
        taken.put(event.id(), new Around(event, before, after, verdict));
        if (verdict == Verdict.ACCEPTED) {
            end(event, extremities);
            current = stateAfter(extremities);
        }
        return verdict;
    }

    /** What an end follows is no end any more, through events that are none themselves. */
    private void end(RoomEvent event, Set<String> ends) {
        ends.add(event.id());
        Deque<RoomEvent> followed = new ArrayDeque<>(List.of(event));
        while (!followed.isEmpty()) {
            for (String parent : followed.remove().prevEvents()) {
                Around around = around(parent);
                ends.remove(parent);
                if (around.verdict() != Verdict.ACCEPTED) {
                    followed.add(around.event());
                }
            }
        }
    }

    /** Some events that it has, and all that they follow. */
    Set<String> past(Collection<String> some) {
        Set<String> past = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(some);
        while (!open.isEmpty()) {
            String id = open.remove();
            if (past.add(id)) {
                open.addAll(around(id).event().prevEvents());
            }
        }
        return past;
    }

    /** Some of its events in the order in which it took them. */
    List<String> inOrder(Set<String> some) {
        return taken.keySet().stream().filter(some::contains).toList();
    }

    /**
     * The state now, had it no other events than some.
     *
     * @param some in order, with all that they follow
     */
    State current(List<String> some) {
        Set<String> ends = new LinkedHashSet<>();
        some.stream()
                .map(this::around)
                .filter(around -> around.verdict() == Verdict.ACCEPTED)
                .forEach(around -> end(around.event(), ends));
        return stateAfter(ends);
    }

    private Verdict verdict(RoomEvent event, State before) {
        List<RoomEvent> named = new ArrayList<>();
        for (String id : event.authEvents()) {
            RoomEvent each = event(id);
            if (each == null) {
                return Verdict.REJECTED;
            }
            named.add(each);
        }
        Map<StatePair, RoomEvent> byAuthEvents = new HashMap<>();
        named.stream().filter(RoomEvent::isState).forEach(each -> byAuthEvents.put(each.pair(), each));
        if (version.atLeast(RoomVersion.V12) && create != null) {
            byAuthEvents.put(StatePair.CREATE, create);
        }
        boolean rejected = !rules.allowsSelection(event, create, named, this::isRejected)
                || !rules.allows(event, byAuthEvents::get)
                || !rules.allows(event, before::get);
        return rejected ? Verdict.REJECTED : rules.allows(event, current::get) ? Verdict.ACCEPTED : Verdict.SOFT_FAILED;
    }

    /** The state in which some events that it has meet. */
    State stateAfter(Iterable<String> parents) {
        Map<Integer, State> branches = new HashMap<>();
        for (String parent : parents) {
            State after = around(parent).after();
            branches.put(after.number(), after);
        }
        if (branches.size() <= 1) {
            return branches.isEmpty() ? none : branches.values().iterator().next();
        }
        return resolved.computeIfAbsent(
                new TreeSet<>(branches.keySet()),
                numbers -> state(Objects.requireNonNull(resolution)
                        .resolve(branches.values().stream().map(State::events).toList())));
    }

    private Around around(String id) {
        return Objects.requireNonNull(taken.get(id), () -> "it has no event " + id);
    }

    @Nullable
    RoomEvent event(String id) {
        Around around = taken.get(id);
        return around == null ? null : around.event();
    }

    /** Whether a redaction takes effect on an event that it names, wherever it names it. */
    boolean redacts(String redaction, String target) {
        Around around = around(redaction);
        RoomEvent named = event(target);
        if (named == null || around.verdict() == Verdict.REJECTED || named.holds(StatePair.CREATE)) {
            return false;
        }
        String sender = around.event().sender();
        PowerLevels levels = new PowerLevels(
                version,
                around.before().get(StatePair.POWER_LEVELS),
                around.before().get(StatePair.CREATE));
        String by = version.atLeast(RoomVersion.V3) ? sender : redaction;
        String of = version.atLeast(RoomVersion.V3) ? named.sender() : target;
        return levels.of(sender) >= levels.toRedact() || RoomEvent.server(by).equals(RoomEvent.server(of));
    }

    State before(String id) {
        return around(id).before();
    }

    State after(String id) {
        return around(id).after();
    }

    Verdict verdict(String id) {
        return around(id).verdict();
    }

    private boolean isRejected(RoomEvent event) {
        return event != create && verdict(event.id()) == Verdict.REJECTED;
    }

    /** All events that it was ever given. */
    List<RoomEvent> events() {
        return taken.values().stream().map(Around::event).toList();
    }

    /** Wherever it had to resolve states: those that met. */
    List<List<State>> meetings() {
        return resolved.keySet().stream()
                .map(numbers -> numbers.stream().map(states::get).toList())
                .toList();
    }

    Set<String> extremities() {
        return extremities;
    }
}
