package dev.headwater.history;

import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Events whose places are known, as a reader gets to see them: in the given order, each with its body. What is withheld,
 * or was rejected, is left out.
 */
public final class ShownEvents {
    /** Of the pages that are read together, whatever their events weigh. */
    private static final int WINDOW_BYTES = 256 * 1024;

    private static final int FIRST_PAGES = 4;

    private final EventStore store;
    private final LongSupplier clock;
    private final StoppedReaders readers;

    public ShownEvents(EventStore store) {
        this(store, System::nanoTime);
    }

    /** @param clock nanoseconds, monotonic */
    ShownEvents(EventStore store, LongSupplier clock) {
        this(store, clock, Schedulers.parallel());
    }

    /**
     * @param clock nanoseconds, monotonic
     * @param looks where readers are looked after that have stopped
     */
    ShownEvents(EventStore store, LongSupplier clock, Scheduler looks) {
        this.store = store;
        this.clock = clock;
        this.readers = new StoppedReaders(looks);
    }

    /**
     * Cold: reads on demand only, a few pages at a time, and keeps no others, and none for a reader that asks for nothing for
     * two seconds; cancelling it cancels the read that is under way. Fails with {@link StoreUnavailableException}, after any
     * number of events.
     *
     * @param places that exist. Neighbours of one page in a row are read together
     */
    public Flux<WalkedEvent> at(RoomId room, List<Place> places, Viewer viewer) {
        return at(room, places, viewer, List.of());
    }

    /** @param held pages that were read with their bodies just now */
    Flux<WalkedEvent> at(RoomId room, List<Place> places, Viewer viewer, Collection<HeldPage> held) {
        return Flux.defer(() -> {
            Reading reading = new Reading(room, places, viewer, held);
            // Hidden, so that what is to be seen of an event is decided when it is asked for, not when the one before
            // is taken.
            return Flux.range(0, places.size())
                    .concatMap(index -> Flux.just(index).hide().concatMap(reading::event, 0), 0)
                    .doFinally(end -> readers.forget(reading));
        });
    }

    /** One reader's way through the places. */
    private final class Reading implements StoppedReaders.Reading {
        private final RoomId room;
        private final List<Place> places;
        private final Viewer viewer;
        // Who has found a reader stopped empties it, at any moment.
        private final Map<PageId, HeldPage> held = new ConcurrentHashMap<>();
        private volatile int asked;
        private long pagesRead;
        private long bytesRead;

        Reading(RoomId room, List<Place> places, Viewer viewer, Collection<HeldPage> held) {
            this.room = room;
            this.places = places;
            this.viewer = viewer;
            held.forEach(page -> this.held.put(page.side().id(), page));
            readers.watch(this);
        }

        @Override
        public long asked() {
            return asked;
        }

        @Override
        public void stopped() {
            held.clear();
        }

        Mono<WalkedEvent> event(int index) {
            asked = index;
            Place place = places.get(index);
            HeldPage page = held.get(place.page());
            if (page == null || !page.hasBody(place.slot())) {
                return readFrom(index).then(Mono.defer(() -> event(index)));
            }
            if (clock.getAsLong() - page.readAt() > Descent.MAX_AGE_NANOS) {
                return refresh().then(Mono.defer(() -> event(index)));
            }
            Side side = page.side().sides().get(place.slot());
            if (side.silent()) {
                return Mono.empty();
            }
            Sight seen = viewer.sightOf(side);
            if (seen == null) {
                return viewer.prepare(room, sidesFrom(index)).then(Mono.defer(() -> event(index)));
            }
            return seen == Sight.WITHHELD ? Mono.empty() : Mono.just(WalkedEvent.of(side, seen, page.bodies()));
        }

        /** Reads the page of an event and some that are needed behind it, in place of those that are held. */
        private Mono<Void> readFrom(int index) {
            Set<PageId> pages = new LinkedHashSet<>();
            for (int i = index; i < places.size() && pages.size() < windowSize(); i++) {
                pages.add(places.get(i).page());
            }
            held.clear();
            return store.window(room, pages)
                    .switchIfEmpty(Mono.error(() -> new WalkMovedException(room)))
                    .doOnNext(read -> take(pages, read, places.get(index)))
                    .then();
        }

        private int windowSize() {
            return pagesRead == 0
                    ? FIRST_PAGES
                    : (int) Math.max(1, Math.min(EventStore.MAX_WINDOW, WINDOW_BYTES * pagesRead / (bytesRead + 1)));
        }

        private void take(Set<PageId> pages, Pages read, Place next) {
            readers.watch(this);
            long now = clock.getAsLong();
            for (PageId id : pages) {
                Page page = read.pages().get(id);
                if (page == null) {
                    throw new IllegalStateException("Room " + room + ": the store has lost page " + id);
                }
                pagesRead++;
                bytesRead += page.bodies().length;
                HeldPage taken = new HeldPage(page.side(), page.bodies(), now, null);
                if (id.equals(next.page()) && !taken.hasBody(next.slot())) {
                    // Who reads again what has no such event would do so for ever.
                    throw new IllegalStateException("Room " + room + ": the store has no event at " + next);
                }
                held.put(id, taken);
            }
        }

        private Mono<Void> refresh() {
            Set<PageId> pages = new HashSet<>(held.keySet());
            return store.plan(room, pages)
                    .switchIfEmpty(Mono.error(() -> new WalkMovedException(room)))
                    .doOnNext(read -> {
                        long now = clock.getAsLong();
                        pages.forEach(id -> held.computeIfPresent(id, (same, page) -> refreshed(page, read, now)));
                    })
                    .then();
        }

        private @Nullable HeldPage refreshed(HeldPage page, Pages read, long now) {
            Page later = read.pages().get(page.side().id());
            return later == null ? null : page.refreshed(later.side(), now);
        }

        /** The events behind this one whose pages are held. */
        private List<Side> sidesFrom(int index) {
            List<Side> sides = new ArrayList<>();
            for (int i = index; i < places.size(); i++) {
                Place place = places.get(i);
                HeldPage page = held.get(place.page());
                if (page == null || !page.hasSide(place.slot())) {
                    break;
                }
                sides.add(page.side().sides().get(place.slot()));
            }
            return sides;
        }
    }
}
