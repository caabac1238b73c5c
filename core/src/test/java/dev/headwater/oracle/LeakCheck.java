package dev.headwater.oracle;

import dev.headwater.access.AloneSight;
import dev.headwater.access.ServerAcl;
import dev.headwater.history.BackfillWalk;
import dev.headwater.history.CurrentState;
import dev.headwater.history.EventStore;
import dev.headwater.history.Redacted;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomStates;
import dev.headwater.history.Side;
import dev.headwater.history.Sight;
import dev.headwater.history.StoredRoom;
import dev.headwater.history.Viewer;
import dev.headwater.history.Visibility;
import dev.headwater.history.WalkedEvent;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Holds what a store shows of a random room to what the resolved states allow: what is shown in full is allowed by the
 * states before and after the event, what is shown redacted is not, and who is let in is in the room.
 */
final class LeakCheck {
    private final RandomRoom room;
    private final EventStore store;
    private final Tally tally;
    private final Homeserver homeserver;

    private LeakCheck(RandomRoom room, EventStore store, Tally tally) {
        this.room = room;
        this.store = store;
        this.tally = tally;
        homeserver = room.homeserver();
    }

    /** Stores a room, and fails if anything is shown that must not be. */
    static void check(RandomRoom room, EventStore store, Tally tally) {
        LeakCheck check = new LeakCheck(room, store, tally);
        Dump dump = new Dump(room, store);
        while (dump.hasMore()) {
            dump.next();
            try {
                check.check(dump);
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "of which " + dump.held() + " are stored, " + dump.kind(), e);
            }
        }
        tally.room(dump.kind());
    }

    private void check(Dump dump) {
        RoomId id = room.id();
        StoredRoom stored = StoredRoom.read(store, id);
        List<String> past = dump.past();
        boolean whole = stored.events().size() == past.size();
        Homeserver.State current = homeserver.current(past);
        Map<EventId, Boolean> redacted = redacted(stored);
        RoomAdmission admission = dump.tellsCurrentState()
                ? WhatIsAllowed.admission(current)
                : Objects.requireNonNull(new CurrentState(store).of(id).block());
        for (EventId event : stored.events()) {
            insist(
                    stored.side(event).redacted() != Redacted.FOR_GOOD || redacted.getOrDefault(event, false),
                    "%s is redacted for good",
                    event);
        }
        for (String server : Actions.SERVERS) {
            boolean in = WhatIsAllowed.letsIn(current, server) && !hasRedactedAcl(current, redacted);
            boolean letIn = letsIn(admission, server);
            insist(in || !letIn || dump.tellsCurrentState(), "%s is let in", server);
            Map<EventId, Sight> sights = sights(stored, server);
            sights.forEach((event, sight) -> check(stored.side(event), sight, server, redacted));
            Set<EventId> reached = letIn ? walked(stored, server, sights) : Set.of();
            if (in && letIn) {
                sights.forEach((event, sight) -> count(stored.side(event), sight, server, reached, redacted));
            }
            if (in) {
                tally.count(
                        "servers in the room",
                        letIn ? "let in" : whole ? "not let in: branches disagree" : "not let in: history is missing");
            }
        }
    }

    private static boolean letsIn(RoomAdmission admission, String server) {
        ServerName name = ServerName.parse(server);
        return admission.joined().contains(name)
                && admission.acls().stream()
                        .allMatch(acl -> ServerAcl.parse(acl).allows(name));
    }

    /** What any redaction names, and whether one of them is valid. */
    private Map<EventId, Boolean> redacted(StoredRoom stored) {
        Map<EventId, Boolean> redacted = new HashMap<>();
        room.events().stream()
                .filter(written -> stored.events().contains(written.stored().id()))
                .forEach(written -> {
                    EventId target = written.stored().redacts();
                    if (target != null) {
                        redacted.merge(
                                target, homeserver.redacts(written.event().id(), target.value()), Boolean::logicalOr);
                    }
                });
        return redacted;
    }

    /** What is left of an ACL that was redacted denies all. */
    private static boolean hasRedactedAcl(Homeserver.State state, Map<EventId, Boolean> redacted) {
        RoomEvent acl = state.get(StatePair.SERVER_ACL);
        return acl != null && redacted.getOrDefault(EventId.parse(acl.id()), false);
    }

    /** What a server gets to see of each event that may be emitted at all. */
    private Map<EventId, Sight> sights(StoredRoom stored, String server) {
        Viewer viewer = new AloneSight(new RoomStates(store)).of(ServerName.parse(server));
        List<Side> sides = new ArrayList<>();
        for (EventId event : stored.events()) {
            Side side = stored.side(event);
            if (!side.silent()) {
                sides.add(side);
            }
        }
        viewer.prepare(room.id(), sides).block();
        Map<EventId, Sight> sights = new HashMap<>();
        sides.forEach(side -> sights.put(side.id(), Objects.requireNonNull(viewer.sightOf(side))));
        return sights;
    }

    private void check(Side side, Sight sight, String server, Map<EventId, Boolean> redacted) {
        String event = side.id().value();
        boolean allowed = WhatIsAllowed.shows(homeserver.before(event), server, true)
                && WhatIsAllowed.shows(homeserver.after(event), server, true);
        if (sight == Sight.SHOWN) {
            insist(allowed, "%s is shown to %s, by %s", homeserver.event(event), server, side.visibility());
            insist(!redacted.getOrDefault(side.id(), false), "%s is shown to %s and was redacted", event, server);
            tally.shown();
        } else if (sight == Sight.REDACTED && !redacted.containsKey(side.id())) {
            insist(!allowed, "%s is redacted for %s, by %s", homeserver.event(event), server, side.visibility());
        }
    }

    /** What a walk from all events comes to, which must be as one would look at each. */
    private Set<EventId> walked(StoredRoom stored, String server, Map<EventId, Sight> sights) {
        Viewer viewer = new AloneSight(new RoomStates(store)).of(ServerName.parse(server));
        Set<EventId> starts = new HashSet<>(stored.events());
        homeserver
                .inOrder(ids(stored))
                .forEach(event -> Objects.requireNonNull(homeserver.event(event))
                        .prevEvents()
                        .forEach(parent -> starts.remove(EventId.parse(parent))));
        List<WalkedEvent> walked = Objects.requireNonNull(new BackfillWalk(store)
                .walk(room.id(), starts, Long.MAX_VALUE, viewer)
                .collectList()
                .block());
        Set<EventId> reached = new HashSet<>();
        for (WalkedEvent event : walked) {
            Sight sight = sights.get(event.id());
            insist(
                    sight == (event.redacted() ? Sight.REDACTED : Sight.SHOWN),
                    "%s is emitted to %s, redacted: %s",
                    event.id(),
                    server,
                    event.redacted());
            reached.add(event.id());
        }
        return reached;
    }

    private static Set<String> ids(StoredRoom stored) {
        Set<String> ids = new HashSet<>();
        stored.events().forEach(event -> ids.add(event.value()));
        return ids;
    }

    /** Counts what a homeserver shows in full to a server that it lets in, by what we make of it. */
    private void count(Side side, Sight sight, String server, Set<EventId> reached, Map<EventId, Boolean> redacted) {
        String event = side.id().value();
        RoomEvent told = Objects.requireNonNull(homeserver.event(event));
        if (!WhatIsAllowed.shows(homeserver.after(event), server, false)) {
            return;
        }
        String shown = "what a homeserver shows in full to servers let in";
        if (sight == Sight.SHOWN) {
            tally.count(shown, reached.contains(side.id()) ? "shown" : "shown, behind what is not held");
        } else if (redacted.containsKey(side.id())) {
            tally.count(shown, "redacted: named by a redaction");
        } else {
            tally.count(shown, (sight == Sight.REDACTED ? "redacted: " : "not held: ") + cause(side, told, server));
        }
    }

    private String cause(Side side, RoomEvent told, String server) {
        if (told.type().equals("m.room.member")
                && told.stateKey() != null
                && RoomEvent.server(told.stateKey()).equals(server)) {
            return "a membership of its own";
        }
        if (told.type().equals("m.room.history_visibility")) {
            return "a visibility";
        }
        if (side.visibility() == Visibility.UNKNOWN || !side.state().isKnown()) {
            return "history is missing";
        }
        String visibility = WhatIsAllowed.visibility(homeserver.before(told.id()));
        return Set.of("shared", "world_readable", "invited", "joined").contains(visibility)
                ? "branches disagree"
                : "after a visibility that no rule knows";
    }

    private void insist(boolean holds, String otherwise, @org.jspecify.annotations.Nullable Object... values) {
        if (!holds) {
            throw new AssertionError(String.format(otherwise, values) + " in\n" + room);
        }
    }
}
