package dev.headwater.gateway.transfer;

import dev.headwater.history.EventStore;
import dev.headwater.history.Page;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.Place;
import dev.headwater.history.RoomHead;
import dev.headwater.history.Side;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A stored room as lines of JSON, oldest first, each with the bytes as they are stored.
 *
 * <p>The order depends on the events alone ({@link HistoryOrder}), so that rooms with the same events give the same
 * bytes, however they came together. The room is read twice: once for the order, once for the bodies.
 */
public final class RoomExport {
    // A page has 32 slots at most.
    private static final int SLOT_BITS = 5;
    private static final int CACHED_PAGES = 64;

    private final EventStore store;
    private final RoomId room;

    public RoomExport(EventStore store, RoomId room) {
        this.store = store;
        this.room = room;
    }

    /**
     * Every event of the room, without line ends. Starts to read on subscription, and reads on as far as it is asked;
     * empty if the room is not stored.
     */
    public Flux<byte[]> events() {
        return Flux.defer(() -> {
            RoomPages pages = new RoomPages(store, room);
            Order order = new Order();
            return pages.bodies()
                    // The store's own threads are not kept waiting by parsing and sorting.
                    .publishOn(Schedulers.boundedElastic(), 1)
                    .doOnNext(order::add)
                    .then(Mono.fromSupplier(order::sorted))
                    .flatMapMany(places -> bodies(pages, places));
        });
    }

    /** How many events the room has; empty if it is not stored. */
    public Mono<Long> count() {
        return store.plan(room, List.of()).map(Pages::head).map(RoomHead::events);
    }

    private static Flux<byte[]> bodies(RoomPages pages, Places places) {
        Map<PageId, Page> cache = new LinkedHashMap<>();
        return Flux.<List<Place>, Integer>generate(() -> 0, (begin, sink) -> {
                    int end = stretch(places, begin);
                    if (end == begin) {
                        sink.complete();
                    } else {
                        sink.next(places.from(begin, end));
                    }
                    return end;
                })
                .concatMap(stretch -> read(pages, cache, stretch), 0);
    }

    /** How far from {@code begin} one read of the store suffices. */
    private static int stretch(Places places, int begin) {
        Set<PageId> needed = new LinkedHashSet<>();
        int end = begin;
        while (end < places.size() && end - begin < EventStore.MAX_WINDOW * PageId.MAX_EVENTS) {
            PageId page = places.get(end).page();
            if (needed.size() == EventStore.MAX_WINDOW && !needed.contains(page)) {
                break;
            }
            needed.add(page);
            end++;
        }
        return end;
    }

    private static Flux<byte[]> read(RoomPages pages, Map<PageId, Page> cache, List<Place> stretch) {
        Set<PageId> missing = new LinkedHashSet<>();
        stretch.forEach(place -> missing.add(place.page()));
        missing.removeAll(cache.keySet());
        Mono<List<Page>> read = missing.isEmpty() ? Mono.just(List.of()) : pages.bodies(missing);
        return read.flatMapIterable(found -> {
            found.forEach(page -> cache.put(page.side().id(), page));
            List<byte[]> bodies = new ArrayList<>();
            stretch.forEach(place -> bodies.add(body(cache, place)));
            List<PageId> oldest = cache.keySet().stream()
                    .limit(Math.max(0, cache.size() - CACHED_PAGES))
                    .toList();
            oldest.forEach(cache::remove);
            return bodies;
        });
    }

    private static byte[] body(Map<PageId, Page> cache, Place place) {
        Page page = cache.get(place.page());
        if (page == null) {
            throw new TransferException("page " + place.page() + " is gone: the room was changed meanwhile");
        }
        Side side = page.side().sides().get(place.slot());
        return Arrays.copyOfRange(page.bodies(), side.bodyOffset(), side.bodyOffset() + side.bodyLength());
    }

    /** Gathers what decides about the order. */
    private static final class Order {
        private final HistoryOrder order = new HistoryOrder();
        private final List<PageId> pages = new ArrayList<>();

        void add(Page page) {
            long index = pages.size();
            pages.add(page.side().id());
            int slot = 0;
            for (Side side : page.side().sides()) {
                Claims claims = Claims.of(page.bodies(), side.bodyOffset(), side.bodyLength());
                long position = index << SLOT_BITS | slot++;
                order.add(side.id(), claims.depth(), side.originServerTs(), claims.prevEvents(), position);
            }
        }

        Places sorted() {
            return new Places(pages, order.positions());
        }
    }

    /** Places in the order of history, 8 bytes each. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Places(List<PageId> pages, long[] positions) {
        int size() {
            return positions.length;
        }

        Place get(int i) {
            int slot = (int) positions[i] & ((1 << SLOT_BITS) - 1);
            return new Place(pages.get((int) (positions[i] >> SLOT_BITS)), slot);
        }

        List<Place> from(int begin, int end) {
            return IntStream.range(begin, end).mapToObj(this::get).toList();
        }
    }
}
