package dev.headwater.sign;

import dev.headwater.id.InvalidIdException;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.UnpaddedBase64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON objects with signatures of servers in their member {@code signatures}.
 *
 * @see <a href="https://spec.matrix.org/v1.18/appendices/#signing-json">Signing JSON</a>
 */
public final class SignedJson {
    private static final Set<String> NOT_SIGNED = Set.of("signatures", "unsigned");
    private static final String ALGORITHM = "ed25519";

    /** What one server's signatures came to. */
    public enum Outcome {
        /** At least one signature under a known key, and every one of those is right. */
        GOOD,
        /** No Ed25519 signature of the server. */
        ABSENT,
        /** Signatures, but none under a key that is known and valid at the time. */
        KEY_NOT_KNOWN,
        /** A signature under a known key is wrong. */
        WRONG
    }

    private SignedJson() {}

    /** What signatures cover: the canonical form without {@code signatures} and {@code unsigned}. */
    public static byte[] signedBytes(ObjectNode object) {
        return CanonicalJson.encodeWithout(object, NOT_SIGNED);
    }

    /** Adds the server's signature to the object, beside those that it has. */
    public static void sign(ObjectNode object, ServerName server, SigningKey key, Ed25519 scheme) {
        addSignature(object, server, key.id(), key.sign(signedBytes(object), scheme));
    }

    /** Puts a signature that was made elsewhere into the object. */
    public static void addSignature(ObjectNode object, ServerName server, KeyId key, byte[] signature) {
        ObjectNode all =
                object.get("signatures") instanceof ObjectNode present ? present : object.putObject("signatures");
        ObjectNode ofServer =
                all.get(server.value()) instanceof ObjectNode present ? present : all.putObject(server.value());
        ofServer.put(key.value(), UnpaddedBase64.encode(signature));
    }

    /** Checks the server's signatures on the object. */
    public static Outcome verify(ObjectNode object, ServerName server, VerifyKeys keys, long atMillis, Ed25519 scheme) {
        return verify(object, signedBytes(object), server, keys, atMillis, scheme);
    }

    /** Checks the server's signatures in {@code object} over bytes that are at hand already. */
    static Outcome verify(
            ObjectNode object, byte[] signedBytes, ServerName server, VerifyKeys keys, long atMillis, Ed25519 scheme) {
        Outcome outcome = Outcome.ABSENT;
        if (object.path("signatures").get(server.value()) instanceof ObjectNode ofServer) {
            for (Map.Entry<String, JsonNode> signature : ofServer.properties()) {
                KeyId id = keyId(signature.getKey());
                if (id != null) {
                    VerifyKey key = keys.find(server, id, atMillis);
                    if (key == null) {
                        outcome = outcome == Outcome.ABSENT ? Outcome.KEY_NOT_KNOWN : outcome;
                    } else if (isRight(signature.getValue(), key, signedBytes, scheme)) {
                        outcome = Outcome.GOOD;
                    } else {
                        return Outcome.WRONG;
                    }
                }
            }
        }
        return outcome;
    }

    private static boolean isRight(JsonNode signature, VerifyKey key, byte[] signedBytes, Ed25519 scheme) {
        if (!signature.isString()) {
            return false;
        }
        try {
            return scheme.verify(key, signedBytes, UnpaddedBase64.decode(signature.stringValue()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The ID of an Ed25519 key; null for any other text. */
    static @Nullable KeyId keyId(String text) {
        try {
            KeyId id = KeyId.parse(text);
            return id.algorithm().equals(ALGORITHM) ? id : null;
        } catch (InvalidIdException e) {
            return null;
        }
    }
}
