package dev.headwater.gateway.auth;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.headwater.access.ServerAcl;
import dev.headwater.history.EventStore;
import dev.headwater.history.RoomAdmission;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import reactor.core.publisher.Mono;

/** Who may ask about a room: servers with a joined user that no access control list in force denies. */
public final class RoomAccess {
    /** In characters of their contents; compiled, a list takes a small multiple of it. */
    private static final long KEPT_LISTS = 4 * 1024 * 1024;

    private final EventStore store;
    // By content: whatever changes a list changes its key, so nothing in here can be out of date.
    private final LoadingCache<String, ServerAcl> acls = Caffeine.newBuilder()
            .maximumWeight(KEPT_LISTS)
            .weigher((String content, ServerAcl acl) -> content.length() + 1)
            .build(ServerAcl::parse);

    public RoomAccess(EventStore store) {
        this.store = store;
    }

    /**
     * Whether a server may ask about a room; false where the room is not stored. Subscribing reads the room's admission
     * from the store, anew each time.
     */
    public Mono<Boolean> mayAsk(ServerName server, RoomId room) {
        return store.admission(room, server)
                .map(admission -> isAdmitted(server, admission))
                .defaultIfEmpty(false);
    }

    private boolean isAdmitted(ServerName server, RoomAdmission.OfServer admission) {
        return admission.joined()
                && admission.acls().stream()
                        .allMatch(content -> acls.get(content).allows(server));
    }
}
