package dev.headwater.gateway.auth;

import dev.headwater.history.EventStore;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import reactor.core.publisher.Mono;

/** Who may ask about a room: servers with a joined user that no access control list in force denies. */
public final class RoomAccess {
    private final EventStore store;

    public RoomAccess(EventStore store) {
        this.store = store;
    }

    /**
     * Whether a server may ask about a room; false where the room is not stored. Subscribing reads the room's admission
     * from the store, anew each time.
     */
    public Mono<Boolean> mayAsk(ServerName server, RoomId room) {
        return store.admission(room, server)
                .map(admission -> admission.joined() && admission.acls().isEmpty())
                .defaultIfEmpty(false);
    }
}
