package dev.headwater.gateway.auth;

import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.sign.VerifyKey;
import dev.headwater.sign.VerifyKeys;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The keys that servers sign their requests with now. */
public interface RequestKeys {
    /** The server's key of that ID, if it is at hand and valid now. Does not wait. */
    @Nullable
    VerifyKey atHand(ServerName server, KeyId id);

    /**
     * The server's key of that ID, if it can be had and is valid now; else empty. Subscribing may fetch it, which takes
     * seconds; cancelling leaves what others wait for under way. Fails with
     * {@link java.util.concurrent.RejectedExecutionException} if too many are being fetched.
     */
    Mono<VerifyKey> find(ServerName server, KeyId id);

    /** Keys that are all at hand from the start, and valid at any time. */
    static RequestKeys pinned(VerifyKeys keys) {
        return new RequestKeys() {
            @Override
            public @Nullable VerifyKey atHand(ServerName server, KeyId id) {
                return keys.find(server, id, VerifyKeys.ANY_TIME);
            }

            @Override
            public Mono<VerifyKey> find(ServerName server, KeyId id) {
                return Mono.fromSupplier(() -> atHand(server, id));
            }
        };
    }
}
