package dev.headwater.gateway.keys;

import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.sign.VerifyKey;
import java.util.Map;

/**
 * A notary: a server whose word about the keys of others is taken.
 *
 * @param verifyKeys the notary's own; if there are none, they are fetched from it
 */
public record TrustedKeyServer(ServerName name, Map<KeyId, VerifyKey> verifyKeys) {
    public TrustedKeyServer {
        verifyKeys = Map.copyOf(verifyKeys);
    }
}
