package dev.headwater.redis;

import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Reads pages with the head of their room, all of one moment: by one command, or key by key while the slot moves. */
final class PageReads {
    private final RedisLink link;
    private final SingleKeyReads singleKeyReads;
    private final SealedBodies sealed;

    PageReads(RedisLink link, SingleKeyReads singleKeyReads, SealedBodies sealed) {
        this.link = link;
        this.singleKeyReads = singleKeyReads;
        this.sealed = sealed;
    }

    Mono<Pages> plan(RoomId room, Collection<PageId> pages) {
        return Mono.defer(() -> {
            List<PageId> ids = List.copyOf(pages);
            return read(new RedisKeys(room), List.of(), ids, values -> ReadPages.plan(room, ids, values));
        });
    }

    Mono<Pages> window(RoomId room, Collection<PageId> pages) {
        return Mono.defer(() -> {
            List<PageId> ids = List.copyOf(pages);
            return read(new RedisKeys(room), ids, ids, values -> ReadPages.window(room, ids, sealed, values));
        });
    }

    Mono<Pages> last(RoomId room, Collection<Long> buckets) {
        return Mono.defer(() -> {
            var keys = new RedisKeys(room);
            List<byte[]> arguments = new ArrayList<>(List.of(keys.sidePrefix()));
            for (long bucket : buckets) {
                arguments.addAll(PageListRange.lexArguments(bucket));
            }
            Mono<List<byte[]>> byScript =
                    link.list(RedisScript.LAST_PAGES, List.of(keys.head(), keys.pages()), arguments);
            Mono<List<byte[]>> oneByOne = singleKeyReads.lastPages(keys, List.copyOf(buckets));
            return link.reading(
                    byScript.mapNotNull(values -> ReadPages.last(room, values)),
                    oneByOne.mapNotNull(values -> ReadPages.last(room, values)));
        });
    }

    private Mono<Pages> read(
            RedisKeys keys,
            List<PageId> withBodies,
            List<PageId> withSides,
            Function<List<byte[]>, @Nullable Pages> meaning) {
        List<byte[]> bodies = withBodies.stream().map(keys::bodies).toList();
        List<byte[]> sides = withSides.stream().map(keys::side).toList();
        List<byte[]> all = new ArrayList<>(List.of(keys.head()));
        all.addAll(bodies);
        all.addAll(sides);
        byte[][] asked = all.toArray(byte[][]::new);
        Mono<List<byte[]>> atOnce = link.send(redis -> redis.mget(asked)).map(ReadPages::values);
        Mono<List<byte[]>> oneByOne = singleKeyReads.pages(keys.head(), bodies, sides);
        return link.reading(atOnce.mapNotNull(meaning), oneByOne.mapNotNull(meaning));
    }
}
