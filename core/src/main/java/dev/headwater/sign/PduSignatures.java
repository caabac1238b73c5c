package dev.headwater.sign;

import dev.headwater.event.EventHashes;
import dev.headwater.event.Pdu;
import dev.headwater.event.Verified;
import dev.headwater.event.Verified.Reason;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.RoomVersionRules.EventIds;
import java.security.MessageDigest;
import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Checks that an event is genuine: signed by every server whose signature it needs, its content as it was signed.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#validating-hashes-and-signatures-on-received-events">
 *     Validating hashes and signatures</a>
 */
public final class PduSignatures {
    private PduSignatures() {}

    /** Checks signatures and content hash with the keys that are known now. */
    public static Verified check(Pdu pdu, VerifyKeys keys, Ed25519 scheme) {
        Set<ServerName> signers;
        try {
            signers = neededSigners(pdu);
        } catch (InvalidIdException e) {
            return new Verified.Refused(
                    Reason.SIGNER_UNCLEAR,
                    "expected to find the servers that signed " + pdu.id() + ": " + e.getMessage());
        }
        long at = pdu.rules().keyValidityEnforced() ? pdu.originServerTs() : VerifyKeys.ANY_TIME;
        for (ServerName server : signers) {
            SignedJson.Outcome outcome = SignedJson.verify(pdu.json(), pdu.signedBytes(), server, keys, at, scheme);
            switch (outcome) {
                case GOOD -> {}
                case ABSENT -> {
                    return refused(Reason.NOT_SIGNED, pdu, "a signature of " + server);
                }
                case KEY_NOT_KNOWN -> {
                    return refused(
                            Reason.KEY_NOT_KNOWN,
                            pdu,
                            "a signature of " + server + " under a key that is known"
                                    + (at == VerifyKeys.ANY_TIME ? "" : " and was valid at " + at));
                }
                case WRONG -> {
                    return refused(Reason.SIGNATURE_WRONG, pdu, "a signature of " + server + " that is right");
                }
            }
        }
        return trusting(pdu);
    }

    /** Checks the content hash alone, for events from a source that the operator vouches for. */
    public static Verified.Accepted trusting(Pdu pdu) {
        byte[] stated =
                UnpaddedBase64.decode(pdu.json().path("hashes").path("sha256").stringValue());
        return MessageDigest.isEqual(stated, EventHashes.content(pdu.json()))
                ? new Verified.AllGood()
                : new Verified.HashDiffers();
    }

    /**
     * The servers whose keys {@link #check} will ask for.
     *
     * @throws InvalidIdException if the event does not name them properly
     */
    public static Set<ServerName> neededSigners(Pdu pdu) {
        Set<ServerName> signers = new LinkedHashSet<>();
        JsonNode content = pdu.json().path("content");
        String membership =
                pdu.type().equals("m.room.member") ? content.path("membership").stringValue("") : "";
        ServerName sender = pdu.sender().server();
        if (!membership.equals("invite") || !content.has("third_party_invite")) {
            signers.add(sender);
        }
        if (pdu.rules().eventIds() == EventIds.IN_EVENT && !pdu.id().server().equals(sender)) {
            signers.add(pdu.id().server());
        }
        if (pdu.rules().restrictedJoins()
                && membership.equals("join")
                && content.has("join_authorised_via_users_server")) {
            signers.add(UserId.parse(
                            content.path("join_authorised_via_users_server").stringValue(""))
                    .server());
        }
        return signers;
    }

    private static Verified.Refused refused(Reason reason, Pdu pdu, String expected) {
        return new Verified.Refused(reason, "expected on " + pdu.id() + " " + expected);
    }
}
