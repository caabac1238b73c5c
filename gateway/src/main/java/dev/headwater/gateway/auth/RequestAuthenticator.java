package dev.headwater.gateway.auth;

import dev.headwater.gateway.auth.AuthenticationException.Reason;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.VerifyKey;
import dev.headwater.sign.VerifyKeys;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Proves who asks, by an Ed25519 signature over the request.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#request-authentication">Request authentication</a>
 */
public final class RequestAuthenticator {
    private static final Logger LOG = LoggerFactory.getLogger(RequestAuthenticator.class);

    private final ServerName self;
    private final VerifyKeys keys;
    private final Ed25519 ed25519;
    private final Scheduler scheduler;
    private final Clock clock;

    /**
     * @param self the only destination for which signatures count
     * @param scheduler where signatures are checked; a task that it rejects fails the request as overload
     */
    public RequestAuthenticator(ServerName self, VerifyKeys keys, Ed25519 ed25519, Scheduler scheduler, Clock clock) {
        this.self = self;
        this.keys = keys;
        this.ed25519 = ed25519;
        this.scheduler = scheduler;
        this.clock = clock;
    }

    /**
     * The asker, once one of its signatures is found good; else an {@link AuthenticationException}. Subscribing starts
     * the check on the scheduler; cancelling drops it where it has not begun.
     *
     * @param target path and query exactly as they stood on the wire
     * @param content the request's body, or null if it has none
     */
    public Mono<ServerName> authenticate(
            XMatrix credentials, String method, String target, @Nullable JsonNode content) {
        return Mono.fromCallable(() -> check(credentials, method, target, content))
                .subscribeOn(scheduler);
    }

    private ServerName check(XMatrix credentials, String method, String target, @Nullable JsonNode content) {
        ServerName origin = credentials.origin();
        if (origin.equals(self)) {
            throw notProven("origin '" + origin + "' is this server itself");
        }
        byte[] signed = signedBytes(origin, method, target, content);
        String why = "";
        for (XMatrix.Signature signature : credentials.signatures()) {
            why = objection(origin, signature, signed);
            if (why.isEmpty()) {
                return origin;
            }
        }
        LOG.debug("Refused a request of {} for {}: {}", origin, target, why);
        throw notProven(why);
    }

    /** What speaks against a signature; empty if it is good. */
    private String objection(ServerName origin, XMatrix.Signature signature, byte[] signed) {
        if (signature.destination() != null && !signature.destination().equals(self)) {
            return "destination '" + signature.destination() + "' is not this server; expected '" + self + "'";
        }
        VerifyKey key = key(origin, signature.keyId());
        if (key == null) {
            return "no key of '" + origin + "' with this ID is known";
        }
        byte[] bytes;
        try {
            bytes = UnpaddedBase64.decodeStrict(signature.base64());
        } catch (IllegalArgumentException e) {
            return "the signature is not unpadded base64";
        }
        return ed25519.verify(key, signed, bytes)
                ? ""
                : "the signature does not match the request; a proxy that rewrites paths or queries would cause this";
    }

    private @Nullable VerifyKey key(ServerName origin, String keyId) {
        try {
            return keys.find(origin, KeyId.parse(keyId), clock.millis());
        } catch (InvalidIdException e) {
            return null;
        }
    }

    private byte[] signedBytes(ServerName origin, String method, String target, @Nullable JsonNode content) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("method", method);
        request.put("uri", target);
        request.put("origin", origin.value());
        request.put("destination", self.value());
        if (content != null) {
            request.set("content", content);
        }
        return CanonicalJson.encode(request);
    }

    private static AuthenticationException notProven(String message) {
        return new AuthenticationException(Reason.NOT_PROVEN, message);
    }
}
