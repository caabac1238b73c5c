package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Which room an event is of, over all rooms: four indexes, each in a slot of its own, that grow as a room's index does.
 * An event is entered before its room holds it, so an entry may lead to a room that does not.
 */
final class EventRooms {
    /** Enough to spread them over the nodes of a small cluster; each costs a command for every publication. */
    private static final int PARTS = 4;

    private static final int FIELD_BYTES = 8;

    private final RedisLink link;

    EventRooms(RedisLink link) {
        this.link = link;
    }

    /** Enters events; what is known of one stays. */
    Mono<Void> add(RedisKeys room, Collection<EventId> events) {
        return Flux.defer(() -> {
                    Map<Integer, List<byte[]>> byPart = new HashMap<>();
                    for (EventId event : events) {
                        byte[] field = RedisKeys.field(event);
                        byPart.computeIfAbsent(part(field), part -> new ArrayList<>())
                                .add(shortened(field));
                    }
                    return Flux.fromIterable(byPart.entrySet());
                })
                .flatMap(
                        part -> {
                            List<byte[]> arguments = new ArrayList<>(List.of(prefix(part.getKey()), room.tag()));
                            arguments.addAll(part.getValue());
                            return link.writing(
                                    link.number(RedisScript.ADD_ROOMS, List.of(count(part.getKey())), arguments));
                        },
                        PARTS)
                .then();
    }

    /** The keys of the room that an event is said to be of; empty if nothing is known of it. */
    Mono<RedisKeys> find(EventId event) {
        return Mono.defer(() -> {
            byte[] whole = RedisKeys.field(event);
            int part = part(whole);
            byte[] field = shortened(whole);
            Mono<byte[]> byScript = link.list(RedisScript.FIND_ROOM, List.of(count(part)), List.of(prefix(part), field))
                    .flatMap(found -> found.isEmpty() ? Mono.empty() : Mono.just(found.get(0)));
            Mono<byte[]> oneByOne = link.send(redis -> redis.get(count(part))).flatMap(count -> {
                long shard = RedisKeys.shard(field, Long.parseLong(new String(count, US_ASCII)));
                byte[] key = key(part, "i:" + shard);
                return link.send(redis -> redis.hget(key, field));
            });
            return link.reading(byScript, oneByOne)
                    .filter(tag -> tag.length == RedisKeys.TAG_BYTES)
                    .map(RedisKeys::new);
        });
    }

    /** By bytes that are no part of the shortened field, so that each part is spread evenly over its shards. */
    private static int part(byte[] field) {
        return field[FIELD_BYTES] & PARTS - 1;
    }

    /** Of 64 bits nobody finds a second ID; and whoever is led to the wrong room does not find the event there. */
    private static byte[] shortened(byte[] field) {
        return Arrays.copyOf(field, FIELD_BYTES);
    }

    private static byte[] count(int part) {
        return key(part, "n");
    }

    private static byte[] prefix(int part) {
        return key(part, "i:");
    }

    private static byte[] key(int part, String rest) {
        return RedisKeys.ofEvents(Integer.toHexString(part), rest);
    }
}
