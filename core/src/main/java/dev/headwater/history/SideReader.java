package dev.headwater.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads side pages in bounded steps, all of one version of their room. */
final class SideReader {
    private final EventStore store;

    SideReader(EventStore store) {
        this.store = store;
    }

    /** Hands every page that exists to {@code sink}. Fails with {@link LostRaceException} if the room is not at {@code head}. */
    Mono<Void> each(RoomHead head, Collection<PageId> pages, Consumer<SidePage> sink) {
        return Flux.fromIterable(chunks(pages))
                .concatMap(chunk -> store.plan(head.room(), chunk).doOnNext(read -> take(head, read, sink)), 1)
                .then();
    }

    /** As {@link #each} for the last parts of buckets. */
    Mono<Void> lastOf(RoomHead head, Collection<Long> buckets, Consumer<SidePage> sink) {
        return Flux.fromIterable(chunks(buckets))
                .concatMap(chunk -> store.lastPages(head.room(), chunk).doOnNext(read -> take(head, read, sink)), 1)
                .then();
    }

    private static void take(RoomHead head, Pages read, Consumer<SidePage> sink) {
        if (read.head().version() != head.version()) {
            throw new LostRaceException();
        }
        read.pages().values().forEach(page -> sink.accept(page.side()));
    }

    private static <T> List<List<T>> chunks(Collection<T> all) {
        List<T> list = List.copyOf(all);
        List<List<T>> chunks = new ArrayList<>();
        for (int from = 0; from < list.size(); from += EventStore.MAX_PLAN) {
            chunks.add(list.subList(from, Math.min(list.size(), from + EventStore.MAX_PLAN)));
        }
        return chunks;
    }
}
