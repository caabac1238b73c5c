package dev.headwater.sign;

import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.StrictJson;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The keys that a server publishes, as far as they can be believed: those that have signed the document themselves, for
 * as long as it says, but never for more than seven days from when it was fetched. Immutable.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#retrieving-server-keys">Retrieving server keys</a>
 */
public final class KeyDocument {
    /** The longest document that is read, in bytes: a server with a hundred keys fits. */
    public static final int MAX_BYTES = 64 * 1024;

    /** A server has one, or two while it changes it; each costs a signature check. */
    static final int MAX_VERIFY_KEYS = 16;

    /** Twice a year for thirty years. */
    static final int MAX_OLD_KEYS = 64;

    /** Of 32 bytes in Base64, padded. */
    private static final int LONGEST_KEY = 44;

    private static final Duration LONGEST = Duration.ofDays(7);

    private final ServerName server;
    private final long fetchedAt;
    private final long validUntil;
    private final Map<KeyId, VerifyKey> verifyKeys;
    private final Map<KeyId, OldKey> oldKeys;

    /** Read when it is asked for: reading one takes a millisecond, and a stranger may list many. */
    private record OldKey(String base64, long expired) {}

    private KeyDocument(
            ServerName server,
            long fetchedAt,
            long validUntil,
            Map<KeyId, VerifyKey> verifyKeys,
            Map<KeyId, OldKey> oldKeys) {
        this.server = server;
        this.fetchedAt = fetchedAt;
        this.validUntil = validUntil;
        this.verifyKeys = Map.copyOf(verifyKeys);
        this.oldKeys = Map.copyOf(oldKeys);
    }

    /**
     * Reads the body of {@code GET /_matrix/key/v2/server}.
     *
     * @param server who was asked; the document must be this server's
     * @param fetchedAtMillis when the answer arrived, in milliseconds since the epoch
     * @throws BadKeyDocumentException if it is not a document of the server, signed by a key in it, and by none wrongly
     */
    public static KeyDocument read(byte[] body, ServerName server, long fetchedAtMillis, Ed25519 scheme) {
        return of(object(body), server, fetchedAtMillis, scheme);
    }

    static ObjectNode object(byte[] body) {
        if (body.length > MAX_BYTES) {
            throw new BadKeyDocumentException("expected at most " + MAX_BYTES + " bytes, found " + body.length);
        }
        try {
            return StrictJson.object(body);
        } catch (BadJsonException e) {
            throw new BadKeyDocumentException(String.valueOf(e.getMessage()));
        }
    }

    static KeyDocument of(ObjectNode document, ServerName server, long fetchedAt, Ed25519 scheme) {
        if (!isOf(document, server)) {
            throw new BadKeyDocumentException("expected the keys of " + server + " in server_name");
        }
        long until = time(document.path("valid_until_ts"));
        if (until < 0) {
            throw new BadKeyDocumentException("expected milliseconds since the epoch in valid_until_ts");
        }
        Map<KeyId, OldKey> old = oldKeys(document);
        Map<KeyId, VerifyKey> current = verifyKeys(document);
        SignedJson.Outcome outcome =
                SignedJson.verify(document, server, (name, id, at) -> current.get(id), VerifyKeys.ANY_TIME, scheme);
        switch (outcome) {
            case GOOD -> {}
            case ABSENT, KEY_NOT_KNOWN ->
                throw new BadKeyDocumentException(
                        "expected a signature of " + server + " under one of its verify_keys");
            case WRONG ->
                throw new BadKeyDocumentException(
                        "expected every signature of " + server + " under its verify_keys to be right");
        }
        // A key that has not signed may be anybody's. One that is called old too was given up.
        JsonNode signatures = document.path("signatures").path(server.value());
        JsonNode givenUp = document.path("old_verify_keys");
        current.keySet().removeIf(id -> !signatures.has(id.value()) || givenUp.has(id.value()));
        if (current.isEmpty()) {
            throw new BadKeyDocumentException("expected a key that has signed and is not old");
        }
        return new KeyDocument(server, fetchedAt, Math.min(until, fetchedAt + LONGEST.toMillis()), current, old);
    }

    static boolean isOf(JsonNode document, ServerName server) {
        return document.path("server_name").stringValue("").equals(server.value());
    }

    /** Milliseconds since the epoch; -1 for anything else. */
    static long time(JsonNode value) {
        return value.isIntegralNumber() ? Math.max(-1, value.longValue()) : -1;
    }

    private static Map<KeyId, VerifyKey> verifyKeys(ObjectNode document) {
        Map<KeyId, VerifyKey> keys = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : entries(document, "verify_keys", MAX_VERIFY_KEYS)) {
            KeyId id = SignedJson.keyId(entry.getKey());
            VerifyKey key = key(entry.getValue().path("key").stringValue(""));
            if (id != null && key != null) {
                keys.put(id, key);
            }
        }
        return keys;
    }

    private static Map<KeyId, OldKey> oldKeys(ObjectNode document) {
        Map<KeyId, OldKey> keys = new HashMap<>();
        if (document.has("old_verify_keys")) {
            for (Map.Entry<String, JsonNode> entry : entries(document, "old_verify_keys", MAX_OLD_KEYS)) {
                KeyId id = SignedJson.keyId(entry.getKey());
                long expired = time(entry.getValue().path("expired_ts"));
                String base64 = entry.getValue().path("key").stringValue("");
                if (id != null && expired >= 0 && base64.length() <= LONGEST_KEY) {
                    keys.put(id, new OldKey(base64, expired));
                }
            }
        }
        return keys;
    }

    private static Iterable<Map.Entry<String, JsonNode>> entries(ObjectNode document, String member, int most) {
        if (!(document.get(member) instanceof ObjectNode keys) || keys.size() > most) {
            throw new BadKeyDocumentException("expected an object of at most " + most + " keys in " + member);
        }
        return keys.properties();
    }

    /** The key, if it is one that can prove something. */
    private static @Nullable VerifyKey key(String base64) {
        try {
            VerifyKey key = VerifyKey.parse(base64);
            return BannedKeys.contains(key) ? null : key;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Whose keys these are. */
    public ServerName server() {
        return server;
    }

    /** Until when its keys can sign, in milliseconds since the epoch. */
    public long validUntilMillis() {
        return validUntil;
    }

    /** From when on it should be fetched anew, in milliseconds since the epoch: half of its life is over then. */
    public long refreshAtMillis() {
        return fetchedAt + (validUntil - fetchedAt) / 2;
    }

    /** The key with which the server may sign a request at the given time; never an old one. */
    public @Nullable VerifyKey forRequest(KeyId id, long nowMillis) {
        return nowMillis <= validUntil ? verifyKeys.get(id) : null;
    }

    /**
     * The key with which the server may have signed an event.
     *
     * @param atMillis the event's {@code origin_server_ts}, or {@link VerifyKeys#ANY_TIME}
     */
    public @Nullable VerifyKey forEvent(KeyId id, long atMillis) {
        OldKey old = oldKeys.get(id);
        if (old != null) {
            return atMillis < old.expired ? key(old.base64) : null;
        }
        return atMillis <= validUntil ? verifyKeys.get(id) : null;
    }

    /** Whether the server says that it does not sign with this key any more. */
    public boolean isOld(KeyId id) {
        return oldKeys.containsKey(id);
    }

    /** How many keys it holds, old ones included. */
    public int size() {
        return verifyKeys.size() + oldKeys.size();
    }
}
