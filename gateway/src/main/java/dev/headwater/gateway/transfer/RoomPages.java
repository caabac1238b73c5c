package dev.headwater.gateway.transfer;

import dev.headwater.history.EventStore;
import dev.headwater.history.Page;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads a stored room from its lowest page to its highest, one read of the store at a time, as far as it is asked. */
final class RoomPages {
    private final EventStore store;
    private final RoomId room;

    RoomPages(EventStore store, RoomId room) {
        this.store = store;
        this.room = room;
    }

    /** Pages without bodies. */
    Flux<Page> sides() {
        return ids(EventStore.MAX_PLAN).concatMap(ids -> read(store.plan(room, ids)), 0);
    }

    /** Pages with their bodies. */
    Flux<Page> bodies() {
        return ids(EventStore.MAX_WINDOW).concatMap(ids -> read(store.window(room, ids)), 0);
    }

    /** Some pages with their bodies, in their order. */
    Mono<List<Page>> bodies(Collection<PageId> ids) {
        return store.window(room, ids).map(RoomPages::ordered);
    }

    private Flux<List<PageId>> ids(int atOnce) {
        return store.pagesFrom(room, PageId.LOWEST, atOnce)
                .expand(ids -> ids.isEmpty() ? Mono.empty() : store.pagesFrom(room, after(ids), atOnce))
                .filter(ids -> !ids.isEmpty());
    }

    private static PageId after(List<PageId> ids) {
        PageId last = ids.get(ids.size() - 1);
        return new PageId(last.bucket(), last.part() + 1);
    }

    private static Flux<Page> read(Mono<Pages> pages) {
        return pages.flatMapIterable(RoomPages::ordered);
    }

    private static List<Page> ordered(Pages pages) {
        List<Page> ordered = new ArrayList<>(pages.pages().values());
        ordered.sort(Comparator.comparing(page -> page.side().id()));
        return ordered;
    }
}
