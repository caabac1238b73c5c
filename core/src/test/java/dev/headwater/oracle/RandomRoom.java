package dev.headwater.oracle;

import dev.headwater.event.Pdu;
import dev.headwater.id.RoomId;
import dev.headwater.oracle.EventWriter.Draft;
import dev.headwater.oracle.EventWriter.Written;
import dev.headwater.oracle.Homeserver.Verdict;
import dev.headwater.room.RoomVersion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A room drawn from a seed, in which servers do what they may, some of what they may not, and neither wait for each other
 * nor tell the truth about time and depth. Beside the events that its homeserver took there are some that it took or
 * rejected and nobody may emit, since they claim too great a depth; and others that it rejected and no dump has.
 */
final class RandomRoom {
    private static final long TOO_DEEP = 1L << 60;

    private final long seed;
    private final boolean honest;
    private final Random random;
    private final RoomVersion version;
    private final Homeserver homeserver;
    private final EventWriter writer;
    private final Actions actions;
    private final List<Written> events = new ArrayList<>();
    private final List<String> heads = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();
    private final Map<String, Long> depths = new HashMap<>();
    private final Map<String, Pdu> pdus = new HashMap<>();
    private final AuthorizationRules rules;
    private long now = 1_000_000;

    private RandomRoom(long seed, RoomVersion version, boolean honest) {
        this.seed = seed;
        this.version = version;
        this.honest = honest;
        random = new Random(seed);
        Reading reading = random.nextBoolean() ? Reading.SYNAPSE : Reading.RUMA;
        homeserver = new Homeserver(version, reading);
        writer = new EventWriter(version);
        rules = new AuthorizationRules(version, reading);
        actions = new Actions(random, version);
    }

    /** What stands in a dump. */
    enum Vouched {
        /** What the homeserver accepted, and what that follows. */
        ACCEPTED,
        /** Soft-failed events too that nothing accepted follows. */
        SOFT_FAILED_TOO,
        /** Rejected events too, as if they had been accepted. */
        REJECTED_TOO
    }

    static RandomRoom draw(long seed) {
        return draw(seed, Vouched.ACCEPTED);
    }

    static RandomRoom draw(long seed, Vouched vouched) {
        RoomVersion[] versions = RoomVersion.values();
        return draw(seed, versions[new Random(~seed).nextInt(versions.length)], vouched);
    }

    static RandomRoom draw(long seed, RoomVersion version) {
        return draw(seed, version, Vouched.ACCEPTED);
    }

    private static RandomRoom draw(long seed, RoomVersion version, Vouched vouched) {
        RandomRoom room = new RandomRoom(seed, version, false);
        room.begin();
        int steps = 4 + room.random.nextInt(room.random.nextInt(8) == 0 ? 60 : 22);
        for (int i = 0; i < steps; i++) {
            if (room.random.nextInt(6) == 0) {
                room.partAndMeet();
            } else {
                room.step(room.parents());
            }
        }
        if (room.random.nextInt(3) != 0) {
            room.settle();
        }
        Set<String> past = room.homeserver.past(room.homeserver.extremities());
        room.events.removeIf(written -> !room.isVouchedFor(written, vouched, past));
        return room;
    }

    /**
     * A room in which nothing is left to chance but how it comes into a store: two branches after a beginning, the events of
     * the left one before those of the right, and a message where they meet.
     *
     * @return null if one of the events is rejected
     */
    static @Nullable RandomRoom told(
            long seed,
            RoomVersion version,
            List<Actions.Action> beginning,
            List<Actions.Action> left,
            List<Actions.Action> right) {
        RandomRoom room = new RandomRoom(seed, version, true);
        List<String> from = room.chain(List.of(), beginning);
        if (from == null) {
            throw new IllegalStateException("the room's beginning is rejected");
        }
        List<String> a = room.chain(from, left);
        List<String> b = room.chain(from, right);
        if (a == null || b == null) {
            return null;
        }
        Set<String> ends = new LinkedHashSet<>(a);
        ends.addAll(b);
        Actions.Action message = new Actions.Action(
                "m.room.message", Actions.CREATOR, null, Actions.object().put("body", "both"), null);
        return room.chain(List.copyOf(ends), List.of(message)) == null ? null : room;
    }

    private @Nullable List<String> chain(List<String> from, List<Actions.Action> actions) {
        List<String> parents = from;
        for (Actions.Action action : actions) {
            Written written = writer.write(draft(action, parents, homeserver.stateAfter(parents), false));
            if (take(written) == Verdict.REJECTED) {
                return null;
            }
            parents = List.of(written.event().id());
        }
        return parents;
    }

    private boolean isVouchedFor(Written written, Vouched vouched, Set<String> past) {
        String id = written.event().id();
        return written.pdu().silent()
                || switch (homeserver.verdict(id)) {
                    case ACCEPTED -> true;
                    case SOFT_FAILED -> past.contains(id) || vouched != Vouched.ACCEPTED;
                    case REJECTED -> vouched == Vouched.REJECTED_TOO;
                };
    }

    /** Ends in one end, and mostly says anew who is there. */
    private void settle() {
        List<String> parents = List.copyOf(homeserver.extremities());
        for (Actions.Action action : actions.settlement(homeserver.stateAfter(parents))) {
            Written written = writer.write(draft(action, parents, homeserver.stateAfter(parents), false));
            if (homeserver.event(written.event().id()) == null && take(written) != Verdict.REJECTED) {
                parents = List.of(written.event().id());
            }
        }
    }

    private void begin() {
        for (Actions.Action action : actions.creation()) {
            List<String> parents = heads.isEmpty() ? List.of() : List.of(heads.get(heads.size() - 1));
            Written written = writer.write(draft(action, parents, homeserver.stateAfter(parents), false));
            if (take(written) == Verdict.REJECTED) {
                throw new IllegalStateException("the room's creation is rejected: " + written.event());
            }
        }
    }

    /** Two or three servers that do not hear of each other for a while, and somebody who hears of all. */
    private void partAndMeet() {
        List<String> from = parents();
        List<String> ends = new ArrayList<>();
        for (int i = 2 + random.nextInt(5) / 4; i > 0; i--) {
            List<String> tip = from;
            for (int steps = 1 + random.nextInt(4); steps > 0; steps--) {
                tip = step(tip);
            }
            ends.addAll(tip);
        }
        step(List.copyOf(new LinkedHashSet<>(ends)));
    }

    /** Adds an event after some, and gives its ID; their own if nothing comes of it. */
    private List<String> step(List<String> parents) {
        Homeserver.State before = homeserver.stateAfter(parents);
        for (int tries = 0; tries < 8; tries++) {
            Actions.Action action = actions.next(before, heads);
            boolean deep = !version.atLeast(RoomVersion.V6) && random.nextInt(25) == 0;
            Draft draft = draft(action, parents, before, deep);
            boolean allowed = rules.allows(RoomEvent.thought(writer.json(draft), parents, List.of()), before::get);
            if (allowed || random.nextInt(12) == 0) {
                Written written = writer.write(draft);
                boolean again = homeserver.event(written.event().id()) != null;
                Verdict verdict = again ? Verdict.REJECTED : take(written);
                if (verdict != Verdict.REJECTED) {
                    return List.of(written.event().id());
                }
                if (random.nextInt(3) == 0) {
                    return parents;
                }
            }
        }
        return parents;
    }

    private Verdict take(Written written) {
        Verdict verdict = homeserver.take(written.event());
        String id = written.event().id();
        pdus.put(id, written.pdu());
        depths.put(id, written.pdu().silent() ? events.size() : written.event().depth());
        if (verdict == Verdict.REJECTED) {
            rejected.add(id);
        } else {
            heads.add(id);
        }
        events.add(written);
        return verdict;
    }

    private List<String> parents() {
        List<String> parents = new ArrayList<>();
        int kind = random.nextInt(10);
        if (kind < 3) {
            int back = (int) Math.abs(random.nextGaussian() * 5);
            parents.add(heads.get(Math.max(Math.min(2, heads.size() - 1), heads.size() - 1 - back)));
        } else {
            List<String> ends = new ArrayList<>(homeserver.extremities());
            Collections.shuffle(ends, random);
            parents.addAll(ends.subList(0, Math.min(ends.size(), kind < 6 ? 1 + random.nextInt(3) : 1)));
        }
        if (!rejected.isEmpty() && random.nextInt(25) == 0) {
            parents.add(rejected.get(random.nextInt(rejected.size())));
        }
        return parents;
    }

    private Draft draft(Actions.Action action, List<String> parents, Homeserver.State before, boolean deep) {
        now += !honest && random.nextInt(4) == 0 ? 0 : 10;
        long depth = 1;
        for (String parent : parents) {
            depth = Math.max(depth, depths.getOrDefault(parent, 0L) + 1);
        }
        depth = !honest && random.nextInt(20) == 0 ? random.nextInt(60) : depth;
        Draft draft = new Draft(
                action.type(),
                action.sender(),
                action.stateKey(),
                action.content(),
                action.redacts(),
                parents,
                List.of(),
                deep ? TOO_DEEP : depth,
                now + (!honest && random.nextInt(3) == 0 ? random.nextInt(100) - 50 : 0),
                honest || heads.isEmpty() || random.nextInt(40) != 0);
        return authorised(draft, before);
    }

    private Draft authorised(Draft draft, Homeserver.State before) {
        Homeserver.State cited = before;
        if (!honest && heads.size() > 6 && random.nextInt(12) == 0) {
            // What stood elsewhere, or once.
            cited = homeserver.before(heads.get(5 + random.nextInt(heads.size() - 5)));
        }
        RoomEvent thought = RoomEvent.thought(writer.json(draft), draft.prevEvents(), List.of());
        List<String> named = new ArrayList<>();
        for (StatePair pair : rules.selection(thought)) {
            RoomEvent held = cited.get(pair);
            if (held != null) {
                named.add(held.id());
            }
        }
        return new Draft(
                draft.type(),
                draft.sender(),
                draft.stateKey(),
                draft.content(),
                draft.redacts(),
                draft.prevEvents(),
                named,
                draft.depth(),
                draft.ts(),
                draft.hashed());
    }

    long seed() {
        return seed;
    }

    RoomVersion version() {
        return version;
    }

    RoomId id() {
        return writer.room();
    }

    Homeserver homeserver() {
        return homeserver;
    }

    /** What a dump holds, silent events among it that the homeserver rejected. Parents before children. */
    List<Written> events() {
        return events;
    }

    /** An event of the homeserver as it was sent. */
    Pdu pdu(String id) {
        return Objects.requireNonNull(pdus.get(id));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("room version " + version.identifier() + "\n");
        for (Written written : events) {
            text.append(written.event())
                    .append(" after ")
                    .append(written.event().prevEvents())
                    .append(' ')
                    .append(homeserver.verdict(written.event().id()))
                    .append(written.pdu().silent() ? ", silent" : "")
                    .append('\n');
        }
        return text.toString();
    }
}
