package dev.headwater.gateway.auth;

import dev.headwater.gateway.auth.AuthenticationException.Reason;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.UnpaddedBase64;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.VerifyKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
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

    private static final String GOOD = "";
    private static final String MISMATCH =
            "the signature does not match the request; a proxy that rewrites paths or queries would cause this";

    private final ServerName self;
    private final RequestKeys keys;
    private final Ed25519 ed25519;
    private final Scheduler scheduler;

    /** A signature of the right shape, under a key that may exist. */
    private record Candidate(KeyId key, byte[] signature) {}

    /**
     * @param self the only destination for which signatures count
     * @param scheduler where signatures are checked; a task that it rejects fails the request as overload
     */
    public RequestAuthenticator(ServerName self, RequestKeys keys, Ed25519 ed25519, Scheduler scheduler) {
        this.self = self;
        this.keys = keys;
        this.ed25519 = ed25519;
        this.scheduler = scheduler;
    }

    /**
     * The asker, once one of its signatures is found good; else an {@link AuthenticationException}. Subscribing starts
     * the check on the scheduler; if no key is at hand for it, one is looked for, which may take seconds. Cancelling drops
     * what has not begun.
     *
     * @param target path and query exactly as they stood on the wire
     * @param content the request's body, or null if it has none
     */
    public Mono<ServerName> authenticate(
            XMatrix credentials, String method, String target, @Nullable JsonNode content) {
        return Mono.defer(() -> check(credentials, method, target, content)).subscribeOn(scheduler);
    }

    private Mono<ServerName> check(XMatrix credentials, String method, String target, @Nullable JsonNode content) {
        ServerName origin = credentials.origin();
        if (origin.equals(self)) {
            return notProven(origin, target, "origin '" + origin + "' is this server itself");
        }
        byte[] signed = null;
        List<Candidate> withoutKey = List.of();
        String why = GOOD;
        for (XMatrix.Signature signature : credentials.signatures()) {
            Candidate candidate = candidate(signature);
            VerifyKey key = candidate == null ? null : keys.atHand(origin, candidate.key);
            if (candidate == null) {
                why = objection(origin, signature);
            } else if (key == null) {
                withoutKey = withoutKey.isEmpty() ? new ArrayList<>() : withoutKey;
                withoutKey.add(candidate);
            } else {
                signed = signed == null ? signedBytes(origin, method, target, content) : signed;
                if (ed25519.verify(key, signed, candidate.signature)) {
                    return Mono.just(origin);
                }
                why = MISMATCH;
            }
        }
        if (withoutKey.isEmpty()) {
            return notProven(origin, target, why);
        }
        byte[] bytes = signed == null ? signedBytes(origin, method, target, content) : signed;
        return Flux.fromIterable(withoutKey)
                .concatMap(candidate -> objection(origin, candidate, bytes), 0)
                .takeUntil(GOOD::equals)
                .last()
                .flatMap(last -> last.equals(GOOD) ? Mono.just(origin) : notProven(origin, target, last));
    }

    /** What is left of a signature after all that costs nothing; null if nothing is. */
    private @Nullable Candidate candidate(XMatrix.Signature signature) {
        if (signature.destination() != null && !signature.destination().equals(self)) {
            return null;
        }
        try {
            KeyId key = KeyId.parse(signature.keyId());
            byte[] bytes = UnpaddedBase64.decodeStrict(signature.base64());
            return key.algorithm().equals("ed25519") && bytes.length == Ed25519.SIGNATURE_LENGTH
                    ? new Candidate(key, bytes)
                    : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** What speaks against a signature that is no candidate. */
    private String objection(ServerName origin, XMatrix.Signature signature) {
        if (signature.destination() != null && !signature.destination().equals(self)) {
            return "destination '" + signature.destination() + "' is not this server; expected '" + self + "'";
        }
        return isKeyId(signature.keyId())
                ? "the signature is not 64 bytes in unpadded base64"
                : "no key of '" + origin + "' can have this ID";
    }

    private static boolean isKeyId(String text) {
        try {
            return KeyId.parse(text).algorithm().equals("ed25519");
        } catch (InvalidIdException e) {
            return false;
        }
    }

    private Mono<String> objection(ServerName origin, Candidate candidate, byte[] signed) {
        return keys.find(origin, candidate.key)
                .publishOn(scheduler)
                .map(key -> ed25519.verify(key, signed, candidate.signature) ? GOOD : MISMATCH)
                .defaultIfEmpty("no key of '" + origin + "' with this ID is known, or can be had now");
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

    private static Mono<ServerName> notProven(ServerName origin, String target, String why) {
        LOG.debug("Refused a request of {} for {}: {}", origin, target, why);
        return Mono.error(new AuthenticationException(Reason.NOT_PROVEN, why));
    }
}
