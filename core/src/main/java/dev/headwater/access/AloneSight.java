package dev.headwater.access;

import dev.headwater.history.RoomStates;
import dev.headwater.history.Side;
import dev.headwater.history.Sight;
import dev.headwater.history.StateFacts;
import dev.headwater.history.StateRoot;
import dev.headwater.history.Viewer;
import dev.headwater.history.Visibility;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What a replica without a homeserver behind it shows to the servers in a room: what they are proven to be allowed to see;
 * redacted copies of what they are proven not to be, and of what anybody has asked to redact. What is not proven either
 * way is treated as not stored, since a redacted copy would be kept by the asker for good.
 *
 * <p>Where the history visibility asks for a membership, a user of the asker must hold it both before and after the event.
 */
public final class AloneSight {
    private final RoomStates states;

    public AloneSight(RoomStates states) {
        this.states = states;
    }

    /** What one server gets to see, which is in the room now. */
    public Viewer of(ServerName asker) {
        return new OfServer(states, asker);
    }

    /**
     * What a server in the room gets to see of the room's state and of what authorises it: every event, whatever the
     * history visibility, since without them it could not take part; redacted copies of what anybody has asked to redact.
     */
    public static Viewer ofState() {
        return side -> side.marked() ? Sight.REDACTED : Sight.SHOWN;
    }

    private static final class OfServer implements Viewer {
        /** States of which the memberships are remembered. */
        private static final int REMEMBERED = 4_096;

        private final RoomStates states;
        private final ServerName asker;
        private final Map<StateRoot, Integer> memberships = new HashMap<>();

        OfServer(RoomStates states, ServerName asker) {
            this.states = states;
            this.asker = asker;
        }

        @Override
        public @Nullable Sight sightOf(Side side) {
            return switch (side.visibility()) {
                case OPEN -> side.marked() ? Sight.REDACTED : Sight.SHOWN;
                case UNKNOWN -> Sight.WITHHELD;
                case INVITED, JOINED, PERHAPS_INVITED, PERHAPS_JOINED -> restricted(side);
            };
        }

        private @Nullable Sight restricted(Side side) {
            if (!side.state().isKnown()) {
                return Sight.WITHHELD;
            }
            Integer before = memberships.get(side.state().before());
            Integer after = memberships.get(side.state().after());
            if (before == null || after == null) {
                return null;
            }
            Visibility visibility = side.visibility();
            boolean invitesCount = visibility == Visibility.INVITED || visibility == Visibility.PERHAPS_INVITED;
            boolean certain = visibility == Visibility.INVITED || visibility == Visibility.JOINED;
            Membership held = Membership.of(before, invitesCount);
            Membership kept = Membership.of(after, invitesCount);
            if (held == Membership.HELD && kept == Membership.HELD) {
                return side.marked() ? Sight.REDACTED : Sight.SHOWN;
            }
            return certain && (held == Membership.NOT_HELD || kept == Membership.NOT_HELD)
                    ? Sight.REDACTED
                    : Sight.WITHHELD;
        }

        @Override
        public Mono<Void> prepare(RoomId room, Collection<Side> sides) {
            return Mono.defer(() -> {
                if (memberships.size() >= REMEMBERED) {
                    memberships.clear();
                }
                Set<StateRoot> asked = new HashSet<>();
                for (Side side : sides) {
                    if (side.visibility() != Visibility.OPEN && side.state().isKnown()) {
                        asked.add(side.state().before());
                        asked.add(side.state().after());
                    }
                }
                asked.removeAll(memberships.keySet());
                return states.memberships(room, asker, asked)
                        .doOnNext(memberships::putAll)
                        .then();
            });
        }
    }

    /** Whether any user of a server holds a membership that counts. */
    private enum Membership {
        HELD,
        NOT_HELD,
        /** Branches of the room disagree about it. */
        UNDECIDED;

        static Membership of(int facts, boolean invitesCount) {
            int counting = StateFacts.JOIN | (invitesCount ? StateFacts.INVITE : 0);
            if ((facts & counting) != 0) {
                return HELD;
            }
            return (facts & StateFacts.CONFLICTED) != 0 ? UNDECIDED : NOT_HELD;
        }
    }
}
