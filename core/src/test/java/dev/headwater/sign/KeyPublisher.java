package dev.headwater.sign;

import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A server that publishes keys, as it should or as a test wants it to. Its signing keys are made for the test. */
public final class KeyPublisher {
    private final ServerName name;
    private final List<SigningKey> signing = new ArrayList<>();

    public KeyPublisher(String name, String... keyIds) {
        this.name = ServerName.parse(name);
        for (String id : keyIds) {
            signing.add(SigningKey.generate(KeyId.parse(id), new SecureRandom()));
        }
    }

    public KeyPublisher(String name, SigningKey key) {
        this.name = ServerName.parse(name);
        signing.add(key);
    }

    public ServerName name() {
        return name;
    }

    public SigningKey key() {
        return signing.get(0);
    }

    public KeyId keyId() {
        return key().id();
    }

    /** The document that it signs with all its keys. */
    public ObjectNode document(long validUntil) {
        return document(validUntil, document -> {});
    }

    /** The same, changed before it is signed. */
    public ObjectNode document(long validUntil, Consumer<ObjectNode> change) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("server_name", name.value());
        document.put("valid_until_ts", validUntil);
        ObjectNode keys = document.putObject("verify_keys");
        signing.forEach(key -> put(keys, key.id().value(), key.verifyKey().base64(), null));
        document.putObject("old_verify_keys");
        change.accept(document);
        signing.forEach(key -> SignedJson.sign(document, name, key, Ed25519.jdk()));
        return document;
    }

    /** Adds an entry to {@code verify_keys} or, with a time, to {@code old_verify_keys}. */
    public static void put(ObjectNode keys, String id, String base64, @Nullable Long expired) {
        ObjectNode entry = keys.putObject(id).put("key", base64);
        if (expired != null) {
            entry.put("expired_ts", expired);
        }
    }

    /** Adds this server's signature to what another server publishes, as a notary does. */
    public ObjectNode countersign(ObjectNode document) {
        SignedJson.sign(document, name, key(), Ed25519.jdk());
        return document;
    }

    /** The body of a notary's answer. */
    public static byte[] answer(JsonNode... documents) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        for (JsonNode document : documents) {
            answer.withArray("server_keys").add(document);
        }
        return CanonicalJson.encode(answer);
    }

    /** This server's keys as an operator pins them. */
    public PinnedKeys pinned() {
        return PinnedKeys.parse(
                Map.of(name.value(), Map.of(keyId().value(), key().verifyKey().base64())));
    }
}
