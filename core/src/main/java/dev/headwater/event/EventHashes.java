package dev.headwater.event;

import dev.headwater.id.EventId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import dev.headwater.room.RoomVersionRules;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * The two hashes of an event: the <em>content hash</em> that it carries, over all of it, and the <em>reference
 * hash</em> that names it, over what a redaction leaves.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#signing-events">Signing events</a>
 */
public final class EventHashes {
    private static final Set<String> OUTSIDE_CONTENT_HASH = Set.of("unsigned", "signatures", "hashes");
    private static final Set<String> OUTSIDE_SIGNATURE = Set.of("unsigned", "signatures");

    private EventHashes() {}

    /** SHA-256 over the event without {@code unsigned}, {@code signatures} and {@code hashes}. */
    public static byte[] content(ObjectNode event) {
        return sha256(CanonicalJson.encodeWithout(event, OUTSIDE_CONTENT_HASH));
    }

    /** SHA-256 over {@link #signedBytes}. From version 3 the event must not hold an {@code event_id}. */
    public static byte[] reference(ObjectNode event, RoomVersion version) {
        return sha256(signedBytes(event, version));
    }

    /** What an event's signatures cover: its redacted copy without {@code unsigned} and {@code signatures}. */
    public static byte[] signedBytes(ObjectNode event, RoomVersion version) {
        return CanonicalJson.encodeWithout(Redaction.redact(event, version), OUTSIDE_SIGNATURE);
    }

    static EventId eventId(byte[] referenceHash, RoomVersionRules.EventIds shape) {
        return EventId.parse(
                shape == RoomVersionRules.EventIds.STANDARD_BASE64
                        ? UnpaddedBase64.encode('$', referenceHash)
                        : UnpaddedBase64.encodeUrlSafe('$', referenceHash));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
