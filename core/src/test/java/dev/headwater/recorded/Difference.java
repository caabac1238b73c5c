package dev.headwater.recorded;

import dev.headwater.id.EventId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Why a homeserver's {@code /backfill} answer is not ours, event for event. Each kind is proven, not guessed. */
enum Difference {
    /** The same events; those of one depth stand in another order. */
    TIES_IN_OTHER_ORDER,
    /** The limit cuts through events of one depth, and other ones of them are in. */
    OTHER_TIES_AT_THE_LIMIT,
    /** Redactions that the homeserver does not let take effect, and leaves out. */
    WITHHELD_REDACTIONS,
    /** What was before the homeserver's own join, which it does not hold. */
    BEFORE_ITS_JOIN,
    /** The homeserver counts the limit by steps from the starting points, not by depth. */
    WALKED_IN_LAYERS;

    /** The most events that the recorded homeservers answer. */
    static final int THEIR_CAP = 100;

    /** @throws AssertionError if anything about the answer is left unexplained */
    static Set<Difference> between(RecordedRoom room, BackfillAnswer theirs, List<EventId> ours) {
        return theirs.events().equals(ours)
                ? EnumSet.noneOf(Difference.class)
                : new Explanation(room, theirs, ours).find();
    }

    private static final class Explanation {
        private final RecordedRoom room;
        private final BackfillAnswer answer;
        private final List<EventId> theirs;
        private final List<EventId> ours;
        private final int limit;
        private final Set<EventId> reachable;
        private final Set<Difference> found = EnumSet.noneOf(Difference.class);

        Explanation(RecordedRoom room, BackfillAnswer answer, List<EventId> ours) {
            this.room = room;
            this.answer = answer;
            this.theirs = answer.events();
            this.ours = ours;
            this.limit = Math.min(answer.limit(), THEIR_CAP);
            this.reachable = room.reachable(answer.from());
        }

        Set<Difference> find() {
            Set<EventId> seen = new HashSet<>();
            for (EventId id : theirs) {
                require(reachable.contains(id), id + " cannot be reached");
                require(seen.add(id), id + " came twice");
                require(room.event(id).prevEvents().stream().noneMatch(seen::contains), id + " stands behind a parent");
            }
            if (answer.byDendrite() && !byDepth(seen)) {
                requireLayers(seen);
                found.add(WALKED_IN_LAYERS);
                return found;
            }
            for (int i = 1; i < theirs.size(); i++) {
                require(depth(theirs.get(i - 1)) >= depth(theirs.get(i)), theirs.get(i) + " is not in order of depth");
            }
            Set<EventId> candidates = new HashSet<>(reachable);
            candidates.removeAll(notHeld(seen));
            Set<EventId> withheld = withheld(seen);
            requireNewest(candidates, withheld, seen);
            compareTies(seen, withheld);
            return found;
        }

        /** They are the newest of what may be had, up to a choice among those of the lowest depth. */
        private void requireNewest(Set<EventId> candidates, Set<EventId> withheld, Set<EventId> seen) {
            long lowest = candidates.size() <= limit
                    ? Long.MIN_VALUE
                    : candidates.stream()
                            .map(this::depth)
                            .sorted((a, b) -> Long.compare(b, a))
                            .skip(limit - 1L)
                            .findFirst()
                            .orElseThrow();
            long above = 0;
            long withheldAtLowest = 0;
            for (EventId id : candidates) {
                if (depth(id) > lowest) {
                    above++;
                    require(seen.contains(id) || withheld.contains(id), id + " is missing");
                } else if (depth(id) == lowest) {
                    withheldAtLowest += withheld.contains(id) ? 1 : 0;
                } else {
                    require(!seen.contains(id), id + " is below the limit's depth");
                }
            }
            long atLowest = seen.stream().filter(id -> depth(id) == lowest).count();
            long expected = Math.min(limit, candidates.size()) - above;
            require(
                    atLowest <= expected && atLowest >= expected - withheldAtLowest,
                    "it has " + atLowest + " events of depth " + lowest + ", expected " + expected);
            if (candidates.stream().anyMatch(id -> depth(id) >= lowest && withheld.contains(id))) {
                found.add(WITHHELD_REDACTIONS);
            }
        }

        private void compareTies(Set<EventId> seen, Set<EventId> withheld) {
            Set<EventId> common = new HashSet<>(ours);
            common.retainAll(seen);
            List<EventId> oursInCommon = ours.stream().filter(common::contains).toList();
            List<EventId> theirsInCommon =
                    theirs.stream().filter(common::contains).toList();
            if (!oursInCommon.equals(theirsInCommon)) {
                found.add(TIES_IN_OTHER_ORDER);
            }
            List<EventId> onlyTheirs =
                    theirs.stream().filter(id -> !common.contains(id)).toList();
            List<EventId> onlyOurs = ours.stream()
                    .filter(id -> !common.contains(id) && !withheld.contains(id))
                    .filter(reachable::contains)
                    .toList();
            if (!onlyTheirs.isEmpty()) {
                require(found.contains(WITHHELD_REDACTIONS) || ours.size() == limit, "we have fewer events");
                found.add(OTHER_TIES_AT_THE_LIMIT);
            }
            require(!onlyOurs.isEmpty() || !onlyTheirs.isEmpty() || !found.isEmpty(), "no difference was found");
        }

        /** What the homeserver lacks: only if its answer is short, and only what was before its first join. */
        private Set<EventId> notHeld(Set<EventId> seen) {
            Set<EventId> missing = new HashSet<>(reachable);
            missing.removeAll(seen);
            missing.retainAll(beforeItsJoin());
            if (missing.isEmpty() || theirs.size() >= limit) {
                return Set.of();
            }
            found.add(BEFORE_ITS_JOIN);
            return missing;
        }

        private Set<EventId> beforeItsJoin() {
            for (var pdu : room.events().values()) {
                if (pdu.type().equals("m.room.member")
                        && pdu.sender().server().equals(answer.resident())
                        && pdu.json()
                                .path("content")
                                .path("membership")
                                .stringValue("")
                                .equals("join")) {
                    return room.reachable(pdu.prevEvents());
                }
            }
            throw new AssertionError(answer.resident() + " never joined " + room);
        }

        /** Redactions that are not there, while the homeserver says elsewhere that it has them and leaves them out. */
        private Set<EventId> withheld(Set<EventId> seen) {
            Set<EventId> saidAbsent = room.moments().stream()
                    .flatMap(moment -> moment.answers().entrySet().stream())
                    .filter(event -> event.getValue().values().stream()
                            .anyMatch(by -> "absent".equals(by.get("backfill")) && "full".equals(by.get("event"))))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
            return reachable.stream()
                    .filter(id -> !seen.contains(id) && saidAbsent.contains(id))
                    .filter(id -> room.event(id).type().equals("m.room.redaction"))
                    .collect(Collectors.toSet());
        }

        private boolean byDepth(Set<EventId> seen) {
            List<EventId> deepest = reachable.stream()
                    .sorted((a, b) -> Long.compare(depth(b), depth(a)))
                    .limit(limit)
                    .toList();
            List<Long> depths = theirs.stream().map(this::depth).toList();
            return depths.equals(deepest.stream().map(this::depth).toList()) && seen.size() == theirs.size();
        }

        /** They are all events within some number of steps, and some of those one step farther. */
        private void requireLayers(Set<EventId> seen) {
            Map<EventId, Integer> steps = steps(answer.from());
            int farthest = seen.stream()
                    .mapToInt(id -> steps.getOrDefault(id, 0))
                    .max()
                    .orElse(0);
            steps.forEach(
                    (id, step) -> require(step >= farthest || seen.contains(id), id + " is missing in its layer"));
            require(theirs.size() == Math.min(limit, reachable.size()), "it has " + theirs.size() + " events");
        }

        private Map<EventId, Integer> steps(Collection<EventId> from) {
            Map<EventId, Integer> steps = new HashMap<>();
            Deque<EventId> open = new ArrayDeque<>();
            for (EventId id : from) {
                steps.put(id, 0);
                open.add(id);
            }
            while (!open.isEmpty()) {
                EventId id = open.remove();
                for (EventId parent : room.event(id).prevEvents()) {
                    if (steps.putIfAbsent(parent, steps.getOrDefault(id, 0) + 1) == null) {
                        open.add(parent);
                    }
                }
            }
            return steps;
        }

        private long depth(EventId id) {
            return room.event(id).depth();
        }

        private void require(boolean holds, String otherwise) {
            if (!holds) {
                throw new AssertionError(room + ": an unexplained difference: " + otherwise + "\nasked " + answer
                        + "\nours " + new ArrayList<>(ours));
            }
        }
    }
}
