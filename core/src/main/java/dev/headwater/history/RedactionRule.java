package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersionRules;
import dev.headwater.room.RoomVersionRules.EventIds;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a redaction that was accepted has an effect: if its sender has the power to redact, or if both events are of one
 * server. In room versions 1 and 2 that server is named by the events' IDs, later by their senders.
 *
 * @see <a href="https://spec.matrix.org/v1.18/rooms/v1/#authorization-rules">Room version 1, rule 11</a>
 * @see <a href="https://spec.matrix.org/v1.18/rooms/v3/#handling-redactions">Room version 3, handling redactions</a>
 */
final class RedactionRule {
    enum Verdict {
        VALID,
        NOT_VALID,
        NOT_PROVABLE
    }

    /**
     * A redaction, as its body tells.
     *
     * @param target where the room version wants it; null if it stands only where another version does
     */
    record Asking(EventId id, UserId sender, @Nullable EventId target, boolean silent) {}

    private RedactionRule() {}

    /**
     * @param target the event that is to be redacted, stored in the same room
     * @param power whether the redaction's sender had the power to redact; empty if that is not certain
     */
    static Verdict of(RoomVersionRules rules, Asking redaction, Target target, Optional<Boolean> power) {
        if (redaction.target() == null || redaction.silent()) {
            // Some servers may take it for one, or have taken it at all, and others not.
            return Verdict.NOT_PROVABLE;
        }
        if (target.type().equals("m.room.create")) {
            return Verdict.NOT_VALID;
        }
        boolean sameServer = rules.eventIds() == EventIds.IN_EVENT
                ? redaction.id().server().equals(target.id().server())
                : redaction.sender().server().equals(target.sender().server());
        return sameServer
                ? Verdict.VALID
                : power.map(may -> may ? Verdict.VALID : Verdict.NOT_VALID).orElse(Verdict.NOT_PROVABLE);
    }

    /** An event that is to be redacted. */
    record Target(EventId id, UserId sender, String type) {}
}
