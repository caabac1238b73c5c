package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Rooms drawn from a seed: forks, merges of up to 20 parents, ties, lies in depth, gaps, redactions, silent events, and
 * bodies from small to whole pages.
 */
public final class RandomRooms {
    /** In which order the events of a room arrive. */
    public enum Arrival {
        IN_ORDER,
        SHUFFLED,
        BACKWARDS,
        OLD_HISTORY_LAST
    }

    private RandomRooms() {}

    /**
     * One room.
     *
     * @param honest whether every event claims a depth that the protocol would give it
     * @param events parents before children; some name parents that never arrive
     */
    public record Drawn(long seed, boolean honest, List<NewEvent> events) {
        /** The events in batches as they arrive. */
        public List<List<NewEvent>> arriving(Arrival arrival) {
            Random random = new Random(seed ^ arrival.ordinal() * 0x9E3779B97F4A7C15L);
            List<NewEvent> order = new ArrayList<>(events);
            switch (arrival) {
                case IN_ORDER -> {}
                case SHUFFLED -> Collections.shuffle(order, random);
                case BACKWARDS -> Collections.reverse(order);
                case OLD_HISTORY_LAST -> Collections.rotate(order, -random.nextInt(order.size()));
            }
            List<List<NewEvent>> batches = new ArrayList<>();
            int most = 1 + random.nextInt(60);
            for (int from = 0; from < order.size(); ) {
                int to = Math.min(order.size(), from + 1 + random.nextInt(most));
                batches.add(order.subList(from, to));
                from = to;
            }
            return batches;
        }

        /** Some events to walk from, of which some may be unknown; the same for the same seed. */
        public List<EventId> starts() {
            Random random = new Random(~seed);
            Set<EventId> starts = new HashSet<>();
            int count = 1 + (random.nextInt(3) == 0 ? random.nextInt(20) : 0);
            for (int i = 0; i < count; i++) {
                int back = (int) Math.abs(random.nextGaussian() * events.size() / 4);
                starts.add(events.get(Math.max(0, events.size() - 1 - back)).id());
            }
            if (random.nextInt(4) == 0) {
                starts.add(EventId.parse("$unknown" + random.nextInt(3)));
            }
            return List.copyOf(starts);
        }

        public RoomId room(Arrival arrival) {
            return RoomId.parse("!" + Long.toHexString(seed) + "-" + arrival + ":random.test");
        }
    }

    public static Drawn draw(long seed) {
        Random random = new Random(seed);
        int size = 1 + random.nextInt(random.nextInt(10) == 0 ? 400 : 90);
        boolean honest = random.nextBoolean();
        double forks = random.nextDouble() * random.nextDouble();
        int mergeOneOf = 3 + random.nextInt(30);
        int lies = random.nextInt(3);
        int bodies = random.nextInt(8) == 0 ? 40_000 : 300;
        List<NewEvent> events = new ArrayList<>();
        List<EventId> tips = new ArrayList<>();
        List<Long> claims = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            List<EventId> parents = parents(random, forks, mergeOneOf, events, tips);
            long depth = 1;
            for (EventId parent : parents) {
                for (int j = 0; j < events.size(); j++) {
                    if (events.get(j).id().equals(parent)) {
                        depth = Math.max(depth, claims.get(j) + 1);
                    }
                }
            }
            if (!honest) {
                depth = lie(random, lies, depth);
            }
            boolean gap = i > 0 && random.nextInt(25) == 0;
            if (gap) {
                parents.add(random.nextInt(parents.size() + 1), EventId.parse("$never" + random.nextInt(5)));
            }
            // IDs do not tell the order, and some sort by UTF-8 otherwise than by UTF-16.
            EventId id = EventId.parse(
                    "$" + (random.nextInt(10) == 0 ? "\uD83D\uDE00" : random.nextBoolean() ? "\uFF5E" : "e")
                            + Integer.toHexString(random.nextInt(1 << 20)) + "." + i);
            EventKind kind = i == 0 ? EventKind.CREATE : kind(random);
            events.add(new NewEvent(
                    id,
                    UserId.parse("@u:s" + random.nextInt(6) + ".test"),
                    depth,
                    random.nextInt(4) == 0 ? random.nextInt(10) : 7,
                    kind,
                    random.nextInt(15) == 0,
                    i > 0 && random.nextInt(20) == 0
                            ? events.get(random.nextInt(i)).id()
                            : null,
                    null,
                    parents,
                    body(random, kind, bodies)));
            claims.add(depth);
            tips.removeAll(parents);
            tips.add(id);
        }
        return new Drawn(seed, honest, List.copyOf(events));
    }

    private static EventKind kind(Random random) {
        return switch (random.nextInt(60)) {
            case 0, 16 -> EventKind.RESTRICTS_HISTORY;
            case 1, 2 -> EventKind.OPENS_HISTORY;
            case 3, 4, 5 -> EventKind.SERVER_ACL;
            case 6, 7, 8, 9, 10, 11, 12, 13 -> EventKind.MEMBERSHIP;
            case 14, 15, 17 -> EventKind.STATE;
            case 18 -> EventKind.OTHER_HISTORY;
            default -> EventKind.ORDINARY;
        };
    }

    private static byte[] body(Random random, EventKind kind, int most) {
        if (kind == EventKind.MEMBERSHIP) {
            String membership =
                    List.of("join", "join", "join", "leave", "invite", "ban").get(random.nextInt(6));
            return ("{\"content\":{\"membership\":\"" + membership + "\"},\"state_key\":\"@u" + random.nextInt(3) + ":s"
                            + random.nextInt(5) + ".test\"}")
                    .getBytes(StandardCharsets.UTF_8);
        }
        if (kind == EventKind.RESTRICTS_HISTORY) {
            String visibility = List.of("joined", "invited", "nonsense").get(random.nextInt(3));
            return ("{\"content\":{\"history_visibility\":\"" + visibility + "\"}}").getBytes(StandardCharsets.UTF_8);
        }
        if (kind == EventKind.STATE || kind == EventKind.OTHER_HISTORY) {
            String type = kind == EventKind.STATE ? "type" + random.nextInt(3) : "m.room.history_visibility";
            String stateKey = kind == EventKind.STATE || random.nextBoolean()
                    ? ",\"state_key\":\"k" + random.nextInt(20) + "\""
                    : "";
            return ("{\"type\":\"" + type + "\"" + stateKey + "}").getBytes(StandardCharsets.UTF_8);
        }
        if (kind == EventKind.SERVER_ACL) {
            return ("{\"content\":{\"allow\":[\"" + random.nextInt(4) + "\"]}}").getBytes(StandardCharsets.UTF_8);
        }
        byte[] body = new byte[1 + random.nextInt(most)];
        random.nextBytes(body);
        return body;
    }

    private static List<EventId> parents(
            Random random, double forks, int mergeOneOf, List<NewEvent> events, List<EventId> tips) {
        List<EventId> parents = new ArrayList<>();
        if (events.isEmpty() || random.nextInt(80) == 0) {
            return parents;
        }
        if (random.nextDouble() < forks) {
            int back = (int) Math.abs(random.nextGaussian() * 8);
            parents.add(events.get(Math.max(0, events.size() - 1 - back)).id());
        } else {
            parents.add(tips.get(random.nextInt(tips.size())));
        }
        if (random.nextInt(mergeOneOf) == 0) {
            List<EventId> merged = new ArrayList<>(tips);
            Collections.shuffle(merged, random);
            for (EventId tip : merged.subList(0, Math.min(merged.size(), random.nextInt(20)))) {
                if (!parents.contains(tip)) {
                    parents.add(tip);
                }
            }
        }
        return parents;
    }

    private static long lie(Random random, int lies, long honest) {
        return switch (lies) {
            case 0 -> 5;
            case 1 -> random.nextInt(8) == 0 ? random.nextInt(300) : honest;
            default ->
                random.nextInt(12) == 0 ? Long.MAX_VALUE - random.nextInt(3) : random.nextInt(4) == 0 ? -3 : honest;
        };
    }
}
