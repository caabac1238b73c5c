package dev.headwater.gateway.cli;

import dev.headwater.gateway.Config;
import dev.headwater.gateway.keys.TrustedKeyServer;
import dev.headwater.id.KeyId;
import dev.headwater.json.BadJsonException;
import dev.headwater.sign.PinnedKeys;
import dev.headwater.sign.SigningKey;
import dev.headwater.sign.VerifyKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keys from where the operator keeps them. */
final class Keys {
    private Keys() {}

    /** The pinned keys of a configuration. */
    static PinnedKeys pinned(Config config) {
        Map<String, Map<String, String>> keys = new HashMap<>();
        config.verifyKeys().forEach((server, byId) -> {
            Map<String, String> ofServer = new HashMap<>();
            byId.forEach((id, key) -> ofServer.put(id.value(), key));
            keys.put(server.value(), ofServer);
        });
        return PinnedKeys.parse(keys);
    }

    /** The notaries of a configuration. */
    static List<TrustedKeyServer> notaries(Config config) {
        return config.trustedKeyServers().stream().map(Keys::notary).toList();
    }

    private static TrustedKeyServer notary(Config.TrustedKeyServer notary) {
        Map<KeyId, VerifyKey> keys = new HashMap<>();
        notary.verifyKeys().forEach((id, key) -> keys.put(id, VerifyKey.parse(key)));
        return new TrustedKeyServer(notary.serverName(), keys);
    }

    /** The keys in a JSON file, {@code {server: {key ID: unpadded Base64}}}. */
    static PinnedKeys pinned(Path file) {
        try {
            return PinnedKeys.read(read(file, "a JSON file of keys"));
        } catch (BadJsonException | IllegalArgumentException e) {
            throw CommandException.wrongUse("'" + file + "' is refused: " + e.getMessage()
                    + "; expected {\"server\": {\"ed25519:id\": \"Base64\"}}");
        }
    }

    /** The signing key in a file. */
    static SigningKey signing(Path file) {
        try {
            return SigningKey.parse(new String(read(file, "a signing key"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw CommandException.wrongUse("'" + file + "' is refused: " + e.getMessage());
        }
    }

    private static byte[] read(Path file, String expected) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw CommandException.wrongUse("'" + file + "' does not exist; expected " + expected);
        } catch (IOException e) {
            throw CommandException.wrongUse(
                    "'" + file + "' cannot be read (" + e.getMessage() + "); expected " + expected);
        }
    }
}
