package dev.headwater.gateway.transfer;

import dev.headwater.event.BadEventException;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PduSignatures;
import dev.headwater.sign.VerifyKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The events of an answer that are what they should be, and what is wrong with the others.
 *
 * @param version by whose rules they were read
 * @param redacted how many of the good ones are redacted copies
 * @param faults a line for each of the others
 */
public record FetchedEvents(RoomVersion version, List<Pdu> good, int redacted, List<String> faults) {
    public FetchedEvents {
        good = List.copyOf(good);
        faults = List.copyOf(faults);
    }

    /**
     * Checks an answer: each event's form, ID and hashes, that it was asked for or is a parent of one that was, and its
     * signatures where there are keys.
     *
     * @param asked the events that the walk was to start from
     * @param version null if it is to be found out: that by whose rules most events have an ID that was expected
     * @param keys null if signatures are not to be checked
     */
    public static FetchedEvents of(
            List<byte[]> events,
            RoomId room,
            Collection<EventId> asked,
            @Nullable RoomVersion version,
            @Nullable VerifyKeys keys,
            Ed25519 scheme) {
        if (version != null) {
            return check(events, room, asked, version, keys, scheme);
        }
        FetchedEvents best = check(events, room, asked, RoomVersion.V12, keys, scheme);
        for (int i = RoomVersion.values().length - 2; i >= 0 && best.good().size() < events.size(); i--) {
            FetchedEvents other = check(events, room, asked, RoomVersion.values()[i], keys, scheme);
            best = other.good().size() > best.good().size() ? other : best;
        }
        return best;
    }

    private static FetchedEvents check(
            List<byte[]> events,
            RoomId room,
            Collection<EventId> asked,
            RoomVersion version,
            @Nullable VerifyKeys keys,
            Ed25519 scheme) {
        Set<EventId> expected = new HashSet<>(asked);
        List<Pdu> good = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        int redacted = 0;
        for (int i = 0; i < events.size(); i++) {
            try {
                Pdu pdu = PduReader.fromUntrusted(version, events.get(i));
                String fault = fault(pdu, room, expected, keys, scheme);
                expected.addAll(pdu.prevEvents());
                if (fault.isEmpty()) {
                    // One answer gives an event once.
                    expected.remove(pdu.id());
                    redacted += PduSignatures.trusting(pdu) instanceof Verified.HashDiffers ? 1 : 0;
                    good.add(pdu);
                } else {
                    faults.add("pdus[" + i + "]: " + fault);
                }
            } catch (BadEventException e) {
                faults.add("pdus[" + i + "]: " + e.getMessage());
            }
        }
        return new FetchedEvents(version, good, redacted, faults);
    }

    private static String fault(
            Pdu pdu, RoomId room, Set<EventId> expected, @Nullable VerifyKeys keys, Ed25519 scheme) {
        if (!expected.contains(pdu.id())) {
            return pdu.id() + " stands there; expected an event that was asked for, or a parent of one before it, once";
        }
        if (!pdu.room().equals(room)) {
            return pdu.id() + " is of " + pdu.room() + "; expected " + room;
        }
        if (PduSignatures.trusting(pdu) instanceof Verified.HashDiffers
                && !Redaction.redact(pdu.json(), pdu.version()).equals(pdu.json())) {
            return pdu.id() + " has another content than its hash; expected that, or the redacted copy";
        }
        if (keys != null && PduSignatures.check(pdu, keys, scheme) instanceof Verified.Refused refused) {
            return refused.message();
        }
        return "";
    }
}
