package dev.headwater.gateway.endpoint;

import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.Endpoint;
import dev.headwater.gateway.http.FederationRequest;
import dev.headwater.gateway.http.Route;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.SignedJson;
import dev.headwater.sign.SigningKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /_matrix/key/v2/server}: the resident server's public key, signed with itself, for anybody. Also with a key
 * ID behind it, as older servers ask; the ID changes nothing.
 *
 * <p>Without a signing key the server has nothing to publish, and the path is unknown: 404 {@code M_UNRECOGNIZED}, since
 * an empty document could be taken for a key server that has revoked its keys.
 *
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#get_matrixkeyv2server">Specification</a>
 */
public final class GetServerKeys implements Endpoint<GetServerKeys.Question> {
    private static final Duration VALID = Duration.ofHours(24);

    /** A document is given out for so long. Signing anew for every stranger who asks would be work without a limit. */
    private static final Duration KEPT = Duration.ofHours(1);

    private final Route route;
    private final ServerName self;
    private final SigningKey key;
    private final Ed25519 ed25519;
    private final Clock clock;
    private volatile @Nullable Document document;

    private GetServerKeys(Route route, ServerName self, SigningKey key, Ed25519 ed25519, Clock clock) {
        this.route = route;
        this.self = self;
        this.key = key;
        this.ed25519 = ed25519;
        this.clock = clock;
    }

    /** The endpoint under both of its paths. */
    public static List<Endpoint<?>> both(ServerName self, SigningKey key, Ed25519 ed25519, Clock clock) {
        Route plain = Route.of("server_keys", "GET", "/_matrix/key/v2/server", false);
        Route withId = Route.of("server_keys", "GET", "/_matrix/key/v2/server/{keyId}", false);
        return List.of(
                new GetServerKeys(plain, self, key, ed25519, clock),
                new GetServerKeys(withId, self, key, ed25519, clock));
    }

    @Override
    public Route route() {
        return route;
    }

    @Override
    public Question parse(FederationRequest request) {
        return new Question();
    }

    @Override
    public @Nullable RoomId room(Question question) {
        return null;
    }

    @Override
    public Mono<Answer> answer(Question question, @Nullable ServerName asker) {
        long now = clock.millis();
        Document kept = document;
        if (kept == null || now - kept.signedAt >= KEPT.toMillis() || now < kept.signedAt) {
            kept = new Document(now, signed(now));
            document = kept;
        }
        return Mono.just(new Answer.Whole(kept.body));
    }

    private byte[] signed(long now) {
        ObjectNode keys = JsonNodeFactory.instance.objectNode();
        keys.put("server_name", self.value());
        keys.put("valid_until_ts", now + VALID.toMillis());
        keys.putObject("verify_keys")
                .putObject(key.id().value())
                .put("key", key.verifyKey().base64());
        keys.putObject("old_verify_keys");
        SignedJson.sign(keys, self, key, ed25519);
        return CanonicalJson.encode(keys);
    }

    private record Document(long signedAt, byte[] body) {}

    /** There is nothing to be said in it. */
    public record Question() {}
}
