package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headwater.id.RoomId;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The lists of rooms that stand beside the rooms themselves, in other slots of a cluster. */
final class RoomList {
    private static final int AT_ONCE = 64;

    private final RedisLink link;

    RoomList(RedisLink link) {
        this.link = link;
    }

    Mono<Void> add(RoomId room) {
        return link.writing(link.send(redis -> redis.zadd(
                        new RedisKeys(room).roomList(), 0, room.value().getBytes(UTF_8))))
                .then();
    }

    /** All rooms that are listed and exist, a list's stretch at a time. */
    Flux<RoomId> all() {
        return Flux.range(0, RedisKeys.ROOM_LISTS.length())
                .concatMap(i -> rooms(RedisKeys.roomList(RedisKeys.ROOM_LISTS.charAt(i))), 1)
                .flatMap(this::ifStored, AT_ONCE);
    }

    private Flux<RoomId> rooms(byte[] list) {
        return Flux.defer(() -> {
            var after = new AtomicReference<>(Range.Boundary.<byte[]>unbounded());
            Mono<List<byte[]>> stretch = Mono.defer(() -> link.reading(link.send(redis -> redis.zrangebylex(
                    list, Range.from(after.get(), Range.Boundary.unbounded()), Limit.from(AT_ONCE)))));
            return stretch.doOnNext(names ->
                            after.set(names.size() < AT_ONCE ? null : Range.Boundary.excluding(names.get(AT_ONCE - 1))))
                    .repeat(() -> after.get() != null)
                    .concatMapIterable(names -> names, 1)
                    .map(name -> new RoomId(new String(name, UTF_8)));
        });
    }

    private Mono<RoomId> ifStored(RoomId room) {
        return link.reading(link.send(redis -> redis.get(new RedisKeys(room).head()))
                .mapNotNull(head -> ReadPages.head(room, head) == null ? null : room));
    }
}
