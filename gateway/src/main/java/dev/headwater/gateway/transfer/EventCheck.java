package dev.headwater.gateway.transfer;

import dev.headwater.event.BadEventException;
import dev.headwater.event.EventGate;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.history.NewEvent;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PduSignatures;
import dev.headwater.sign.VerifyKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Takes the lines of a dump through the one gate. Safe for several threads at once. */
final class EventCheck {
    private final VerifyKeys keys;
    private final Ed25519 scheme;
    private final boolean trusted;

    EventCheck(VerifyKeys keys, Ed25519 scheme, boolean trusted) {
        this.keys = keys;
        this.scheme = scheme;
        this.trusted = trusted;
    }

    /**
     * An event that is not taken.
     *
     * @param reason in a word, for counting
     * @param message the offending value and what was expected
     */
    record Refusal(String reason, String message) {}

    /** An event and where its line begins. */
    record Scanned(Pdu pdu, long position) {}

    /** A batch whose events are well formed; their signatures were not looked at. */
    record Scan(List<Scanned> events, List<Refusal> refused, long end, long length) {}

    /** A batch ready to be written. */
    record Checked(List<NewEvent> events, List<Refusal> refused, long unverified, long redacted) {}

    static Scan scan(DumpRoom room, DumpBatches.Batch batch) {
        List<Scanned> events = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>();
        for (DumpLines.Line line : batch.lines()) {
            try {
                events.add(new Scanned(read(room, line), line.position()));
            } catch (RefusedException e) {
                refused.add(e.refusal);
            }
        }
        return new Scan(events, refused, batch.end(), batch.length());
    }

    Checked check(DumpRoom room, DumpBatches.Batch batch) {
        Scan scan = scan(room, batch);
        return check(scan.events(), scan.refused());
    }

    /** Checks the signatures and hashes of events that were read. */
    Checked check(List<Scanned> scanned) {
        return check(scanned, List.of());
    }

    private Checked check(List<Scanned> scanned, List<Refusal> refusedBefore) {
        List<NewEvent> events = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>(refusedBefore);
        int unverified = 0;
        int redacted = 0;
        for (Scanned one : scanned) {
            Pdu pdu = one.pdu();
            Verified verified = PduSignatures.check(pdu, keys, scheme);
            if (trusted && verified instanceof Verified.Refused no && no.reason() == Verified.Reason.KEY_NOT_KNOWN) {
                verified = PduSignatures.trusting(pdu);
                unverified++;
            }
            if (verified instanceof Verified.Accepted accepted) {
                redacted += accepted instanceof Verified.HashDiffers ? 1 : 0;
                events.add(EventGate.admit(pdu, accepted));
            } else if (verified instanceof Verified.Refused no) {
                refused.add(new Refusal(word(no.reason()), no.message()));
            }
        }
        return new Checked(events, refused, unverified, redacted);
    }

    private static Pdu read(DumpRoom room, DumpLines.Line line) throws RefusedException {
        byte[] bytes = line.bytes();
        if (bytes == null) {
            throw new RefusedException(
                    "line-too-long",
                    "expected at most " + DumpLines.MAX_LINE + " bytes in the line at byte " + line.position());
        }
        Pdu pdu;
        try {
            pdu = PduReader.fromUntrusted(room.version(), bytes);
        } catch (BadEventException e) {
            throw new RefusedException(
                    "bad-" + word(e.reason()), e.getMessage() + ", in the line at byte " + line.position());
        }
        if (!pdu.room().equals(room.id())) {
            throw new RefusedException(
                    "other-room", "expected " + pdu.id() + " in " + room.id() + ", found " + pdu.room());
        }
        return pdu;
    }

    static String word(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Refusal refusal;

        RefusedException(String reason, String message) {
            super(message);
            this.refusal = new Refusal(reason, message);
        }
    }
}
