package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/**
 * Walks a whole room backwards from its ends and gathers who is in it.
 *
 * <p>Of a user's membership events only the one that the walk meets first can be the one that all branches hold, and it
 * is if every path from an end of the room leads through it: if nothing else waits when the walk meets it, and no path
 * has ended before.
 *
 * <p>Where a path ends before the room's creation without an ACL, the missing history may have one that denies whomever it
 * likes; and so may an ACL that is silent, or that somebody has asked to redact, which leaves an ACL that denies all.
 */
final class AdmissionWalk {
    private static final String DENIES_ALL = "{}";

    private final EventStore store;
    private final RoomHead head;
    private final Map<EventId, Place> ends;
    private final Descent descent;
    // Events that some path leads to on which there was no ACL yet.
    private final Set<Place> withoutAcl;
    private final Set<String> users = new HashSet<>();
    private final Set<ServerName> joined = new HashSet<>();
    private final Set<String> acls = new HashSet<>();
    private boolean pathEnded;
    private boolean onAllPaths;
    private boolean firstAcl;
    private @Nullable EventKind kind;

    AdmissionWalk(EventStore store, RoomHead head, Map<EventId, Place> ends) {
        this.store = store;
        this.head = head;
        this.ends = ends;
        withoutAcl = new HashSet<>(ends.values());
        descent = new Descent(
                head.room(), ends.keySet(), Long.MAX_VALUE, this::meet, System::nanoTime, Descent.MAX_WIDTH);
    }

    Mono<RoomAdmission> run() {
        return Mono.defer(this::step)
                .repeat(() -> !descent.isDone())
                .then(Mono.fromSupplier(() -> new RoomAdmission(joined, List.copyOf(acls))));
    }

    private Mono<Void> step() {
        WalkStep step = descent.next(Long.MAX_VALUE);
        while (step instanceof WalkStep.Emit emit) {
            take(emit.event());
            step = descent.next(Long.MAX_VALUE);
        }
        if (step instanceof WalkStep.Locate && !descent.hasBegun()) {
            descent.take(new Located(head, ends));
        } else if (step instanceof WalkStep.Locate locate) {
            return store.locate(head.room(), locate.events())
                    .doOnNext(descent::take)
                    .then();
        } else if (step instanceof WalkStep.Read read) {
            return (read.bodies() ? store.window(head.room(), read.pages()) : store.plan(head.room(), read.pages()))
                    .doOnNext(pages -> {
                        if (pages.head().version() != head.version()) {
                            throw new LostRaceException();
                        }
                        descent.take(read, pages);
                    })
                    .then();
        }
        return Mono.empty();
    }

    private Sight meet(Place place, Side side) {
        onAllPaths = !pathEnded && descent.nothingWaits();
        firstAcl = withoutAcl.remove(place);
        kind = side.kind();
        boolean isAcl = side.kind() == EventKind.SERVER_ACL;
        boolean aclGoesOn = firstAcl && (!isAcl || side.silent());
        boolean goesOn = false;
        boolean endsHere = side.kind() != EventKind.CREATE && side.parents().isEmpty();
        for (Edge edge : side.parents()) {
            if (edge instanceof Edge.Known known) {
                goesOn = true;
                if (aclGoesOn) {
                    withoutAcl.add(known.place());
                }
            } else {
                endsHere = true;
            }
        }
        // Whose membership a silent event is, or was, is not looked up: none of those before it is certain.
        pathEnded |= endsHere || !goesOn || side.silent() && side.kind() == EventKind.MEMBERSHIP;
        if (aclGoesOn && endsHere || firstAcl && isAcl && (side.silent() || side.marked())) {
            acls.add(DENIES_ALL);
        }
        return Sight.SHOWN;
    }

    private void take(WalkedEvent event) {
        if (kind == EventKind.MEMBERSHIP) {
            JsonNode json = json(event);
            String user = json.path("state_key").stringValue("");
            if (users.add(user)
                    && onAllPaths
                    && json.path("content").path("membership").stringValue("").equals("join")) {
                addServer(user);
            }
        } else if (kind == EventKind.SERVER_ACL && firstAcl) {
            acls.add(new String(CanonicalJson.encode(json(event).path("content")), StandardCharsets.UTF_8));
        }
    }

    private void addServer(String user) {
        try {
            joined.add(UserId.parse(user).server());
        } catch (InvalidIdException notAUser) {
            // The gate calls it a membership only if it is one.
            throw new IllegalStateException("A stored membership is not that of a user", notAUser);
        }
    }

    private static JsonNode json(WalkedEvent event) {
        byte[] body = Arrays.copyOfRange(event.page(), event.offset(), event.offset() + event.length());
        try {
            return StrictJson.object(body, StrictJson.Numbers.LENIENT);
        } catch (BadJsonException notJson) {
            throw new IllegalStateException("The stored event " + event.id() + " is not JSON", notJson);
        }
    }
}
