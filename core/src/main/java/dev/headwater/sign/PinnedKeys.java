package dev.headwater.sign;

import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.StrictJson;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Keys that the operator vouches for, valid at any time. */
public final class PinnedKeys implements VerifyKeys {
    private final Map<ServerName, Map<KeyId, VerifyKey>> keys;

    private PinnedKeys(Map<ServerName, Map<KeyId, VerifyKey>> keys) {
        this.keys = keys;
    }

    /** Knows no key. */
    public static PinnedKeys none() {
        return new PinnedKeys(Map.of());
    }

    /**
     * Takes server names to key IDs to public keys in Base64.
     *
     * @throws IllegalArgumentException if a name, an ID or a key is not one; the message says which
     */
    public static PinnedKeys parse(Map<String, Map<String, String>> keys) {
        Map<ServerName, Map<KeyId, VerifyKey>> all = new HashMap<>();
        keys.forEach((server, byId) -> {
            Map<KeyId, VerifyKey> ofServer = new HashMap<>();
            byId.forEach((id, key) -> ofServer.put(KeyId.parse(id), key(server, id, key)));
            all.put(ServerName.parse(server), Map.copyOf(ofServer));
        });
        return new PinnedKeys(Map.copyOf(all));
    }

    /**
     * Reads {@code {"server": {"ed25519:id": "BASE64"}}}.
     *
     * @throws dev.headwater.json.BadJsonException if the bytes are not a JSON object
     * @throws IllegalArgumentException as {@link #parse}
     */
    public static PinnedKeys read(byte[] json) {
        Map<String, Map<String, String>> all = new HashMap<>();
        for (Map.Entry<String, JsonNode> server : StrictJson.object(json).properties()) {
            if (!(server.getValue() instanceof ObjectNode byId)) {
                throw new IllegalArgumentException("expected an object of keys for " + server.getKey());
            }
            Map<String, String> ofServer = new HashMap<>();
            for (Map.Entry<String, JsonNode> key : byId.properties()) {
                ofServer.put(
                        key.getKey(), key.getValue().isString() ? key.getValue().stringValue() : "");
            }
            all.put(server.getKey(), ofServer);
        }
        return parse(all);
    }

    private static VerifyKey key(String server, String id, String base64) {
        try {
            return VerifyKey.parse(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the key " + id + " of " + server + ": " + e.getMessage(), e);
        }
    }

    /** The servers of which a key is known. */
    public Set<ServerName> servers() {
        return keys.keySet();
    }

    @Override
    public @Nullable VerifyKey find(ServerName server, KeyId id, long atMillis) {
        return keys.getOrDefault(server, Map.of()).get(id);
    }
}
