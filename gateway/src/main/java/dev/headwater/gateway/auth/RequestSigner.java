package dev.headwater.gateway.auth;

import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.SigningKey;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Signs requests without a body in the name of a server.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#request-authentication">Request authentication</a>
 */
public final class RequestSigner {
    private final ServerName origin;
    private final SigningKey key;
    private final Ed25519 scheme;

    public RequestSigner(ServerName origin, SigningKey key, Ed25519 scheme) {
        this.origin = origin;
        this.key = key;
        this.scheme = scheme;
    }

    /**
     * The value of the {@code Authorization} header.
     *
     * @param target path and query exactly as they go onto the wire
     */
    public String authorization(ServerName destination, String method, String target) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("method", method);
        request.put("uri", target);
        request.put("origin", origin.value());
        request.put("destination", destination.value());
        String signature = UnpaddedBase64.encode(key.sign(CanonicalJson.encode(request), scheme));
        // Neither names nor key IDs can hold what would need an escape.
        return "X-Matrix origin=\"" + origin + "\",destination=\"" + destination + "\",key=\"" + key.id() + "\",sig=\""
                + signature + "\"";
    }
}
