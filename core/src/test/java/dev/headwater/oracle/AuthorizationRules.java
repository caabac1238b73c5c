package dev.headwater.oracle;

import dev.headwater.room.RoomVersion;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Which events a state allows, by the rules of each room version.
 *
 * @see <a href="https://spec.matrix.org/v1.18/rooms/v12/#authorisation-rules">Authorisation rules of version 12</a>
 */
final class AuthorizationRules {
    /** What holds a pair of type and state key. */
    interface State {
        @Nullable
        RoomEvent get(StatePair pair);
    }

    private final RoomVersion version;
    private final Reading reading;
    private final MemberRules members;

    AuthorizationRules(RoomVersion version, Reading reading) {
        this.version = version;
        this.reading = reading;
        members = new MemberRules(version, reading.ruleIfNone());
    }

    RoomVersion version() {
        return version;
    }

    Reading reading() {
        return reading;
    }

    /** The pairs whose events an event names as its authorisation. */
    Set<StatePair> selection(RoomEvent event) {
        Set<StatePair> pairs = new LinkedHashSet<>();
        if (event.holds(StatePair.CREATE)) {
            return pairs;
        }
        if (!version.atLeast(RoomVersion.V12)) {
            pairs.add(StatePair.CREATE);
        }
        pairs.add(StatePair.POWER_LEVELS);
        pairs.add(StatePair.member(event.sender()));
        if (event.type().equals("m.room.member") && event.stateKey() != null) {
            pairs.add(StatePair.member(event.stateKey()));
            String membership = event.membership();
            if (Set.of("join", "invite", "knock").contains(membership)) {
                pairs.add(StatePair.JOIN_RULES);
            }
            JsonNode invite = event.content().path("third_party_invite");
            if (membership.equals("invite") && !invite.isMissingNode()) {
                pairs.add(new StatePair(
                        "m.room.third_party_invite",
                        invite.path("signed").path("token").stringValue("")));
            }
            String authoriser =
                    event.content().path("join_authorised_via_users_server").stringValue(null);
            if (membership.equals("join") && authoriser != null && version.atLeast(RoomVersion.V8)) {
                pairs.add(StatePair.member(authoriser));
            }
        }
        return pairs;
    }

    /** Whether an event may name these as its authorisation; of a create event, whether it may be one. */
    boolean allowsSelection(
            RoomEvent event, @Nullable RoomEvent create, Collection<RoomEvent> named, Predicate<RoomEvent> rejected) {
        if (event.holds(StatePair.CREATE)) {
            boolean creator =
                    version.atLeast(RoomVersion.V11) || event.content().has("creator");
            return event.prevEvents().isEmpty() && creator;
        }
        if (create == null || rejected.test(create)) {
            return false;
        }
        Set<StatePair> wanted = selection(event);
        Set<StatePair> found = new HashSet<>();
        for (RoomEvent each : named) {
            if (!each.isState() || !wanted.contains(each.pair()) || !found.add(each.pair()) || rejected.test(each)) {
                return false;
            }
        }
        return version.atLeast(RoomVersion.V12) || found.contains(StatePair.CREATE);
    }

    /** Whether an event may follow a state. */
    boolean allows(RoomEvent event, State state) {
        if (event.holds(StatePair.CREATE)) {
            return true;
        }
        try {
            return allowsAfterCreation(event, state);
        } catch (IllegalArgumentException notReadable) {
            return false;
        }
    }

    private boolean allowsAfterCreation(RoomEvent event, State state) {
        RoomEvent create = state.get(StatePair.CREATE);
        if (create == null) {
            return false;
        }
        String server = RoomEvent.server(event.sender());
        if (!create.content().path("m.federate").booleanValue(true)
                && !RoomEvent.server(create.sender()).equals(server)) {
            return false;
        }
        if (event.type().equals("m.room.aliases") && !version.atLeast(RoomVersion.V6)) {
            return server.equals(event.stateKey());
        }
        if (event.type().equals("m.room.member")) {
            return members.allows(event, create, state);
        }
        RoomEvent sender = state.get(StatePair.member(event.sender()));
        if (sender == null || !sender.membership().equals("join")) {
            return false;
        }
        PowerLevels levels = new PowerLevels(version, state.get(StatePair.POWER_LEVELS), create);
        long power = levels.of(event.sender());
        if (event.type().equals("m.room.third_party_invite")) {
            return power >= levels.toInvite();
        }
        String stateKey = event.stateKey();
        if (power < levels.toSend(event)
                || stateKey != null && stateKey.startsWith("@") && !stateKey.equals(event.sender())) {
            return false;
        }
        if (event.type().equals("m.room.power_levels") && stateKey != null) {
            return new PowerLevels(version, event, create).mayFollow(levels, event.sender());
        }
        if (event.type().equals("m.room.redaction") && !version.atLeast(RoomVersion.V3)) {
            String target = event.redacts();
            return power >= levels.toRedact()
                    || target != null && RoomEvent.server(target).equals(RoomEvent.server(event.id()));
        }
        return true;
    }
}
