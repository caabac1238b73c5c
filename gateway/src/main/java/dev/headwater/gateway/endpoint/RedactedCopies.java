package dev.headwater.gateway.endpoint;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.headwater.gateway.http.Slice;
import dev.headwater.history.EventStore;
import dev.headwater.history.WalkedEvent;
import dev.headwater.id.RoomId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import java.util.Arrays;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Turns walked events into the bytes that are shown: the stored ones, or those of the redacted copy. */
public final class RedactedCopies {
    private static final int ROOMS_REMEMBERED = 10_000;

    private final EventStore store;
    // What the redacted copy keeps depends on the room's version, which never changes.
    private final Cache<RoomId, RoomVersion> versions =
            Caffeine.newBuilder().maximumSize(ROOMS_REMEMBERED).build();

    public RedactedCopies(EventStore store) {
        this.store = store;
    }

    /** The bytes of a walk's events, in its order and at its reader's demand. */
    Flux<Slice> of(RoomId room, Flux<WalkedEvent> events) {
        return version(room).flatMapMany(version -> events.map(event -> bytes(event, version)));
    }

    private Mono<RoomVersion> version(RoomId room) {
        return Mono.defer(() -> {
            RoomVersion known = versions.getIfPresent(room);
            return known != null
                    ? Mono.just(known)
                    : store.locate(room, List.of())
                            .map(located -> located.head().roomVersion())
                            .doOnNext(found -> versions.put(room, found));
        });
    }

    private static Slice bytes(WalkedEvent event, RoomVersion version) {
        if (!event.redacted()) {
            return new Slice(event.page(), event.offset(), event.length());
        }
        byte[] full = Arrays.copyOfRange(event.page(), event.offset(), event.offset() + event.length());
        return Slice.of(
                CanonicalJson.encode(Redaction.redact(StrictJson.object(full, StrictJson.Numbers.LENIENT), version)));
    }
}
