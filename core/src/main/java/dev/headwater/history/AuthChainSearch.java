package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersionRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Follows the {@code auth_events} of some events to their end. They stand in the bodies only: side data, which every walk
 * reads, would grow by a third for what is asked seldom. Layer by layer: one look-up for the IDs of a layer, then windows
 * of the pages where they lie. For one subscriber, once.
 */
final class AuthChainSearch {
    /** Pages that are read at most, some 110 MB if all are full. */
    private static final int MAX_PAGES = 4_096;

    private record Found(PlacedEvent event, Rank rank, Set<EventId> auth) {}

    private final EventStore store;
    private final RoomHead head;
    private final RoomId room;
    private final int most;
    private final Map<EventId, Found> found = new HashMap<>();
    private final Set<EventId> given = new HashSet<>();
    private final Set<EventId> chain = new HashSet<>();
    private Set<EventId> missing = new LinkedHashSet<>();
    private int pagesRead;

    /** @param most events that are looked at, those that are given and their chain together */
    AuthChainSearch(EventStore store, RoomHead head, int most) {
        this.store = store;
        this.head = head;
        this.room = head.room();
        this.most = most;
    }

    /**
     * Completes when the chain of the events at these places is known. Fails with {@link NotDerivableException} if one of
     * it is not stored or was rejected, or if there is too much of it.
     */
    Mono<Void> from(Collection<Place> places) {
        return Mono.defer(() -> read(places))
                .then(Mono.fromRunnable(() -> given.addAll(found.keySet())))
                .then(Mono.defer(this::layer).repeat(() -> !missing.isEmpty()).then());
    }

    /** The given events, in the order of their places. */
    List<PlacedEvent> given() {
        return given.stream()
                .map(this::placed)
                .sorted(Comparator.comparing(
                                (PlacedEvent event) -> event.place().page())
                        .thenComparing(event -> event.place().slot()))
                .toList();
    }

    /** What the given events and those of the chain itself name, each behind what it names. */
    List<PlacedEvent> chain() {
        Map<EventId, Set<EventId>> namedBy = new HashMap<>();
        Map<EventId, Integer> waitsFor = new HashMap<>();
        PriorityQueue<EventId> ready = new PriorityQueue<>(
                Comparator.comparing((EventId id) -> of(id).rank()).reversed());
        for (EventId id : chain) {
            Set<EventId> auth = of(id).auth();
            waitsFor.put(id, auth.size());
            auth.forEach(named ->
                    namedBy.computeIfAbsent(named, same -> new HashSet<>()).add(id));
            if (auth.isEmpty()) {
                ready.add(id);
            }
        }
        List<PlacedEvent> ordered = new ArrayList<>();
        for (EventId id = ready.poll(); id != null; id = ready.poll()) {
            ordered.add(placed(id));
            for (EventId next : namedBy.getOrDefault(id, Set.of())) {
                if (waitsFor.merge(next, -1, Integer::sum) == 0) {
                    ready.add(next);
                }
            }
        }
        if (ordered.size() < chain.size()) {
            throw new NotDerivableException("the auth chain leads back to itself");
        }
        return ordered;
    }

    private PlacedEvent placed(EventId id) {
        return of(id).event();
    }

    private Found of(EventId id) {
        Found event = found.get(id);
        if (event == null) {
            throw new IllegalStateException(id + " was not read");
        }
        return event;
    }

    private Mono<Void> layer() {
        if (missing.isEmpty()) {
            return Mono.empty();
        }
        Set<EventId> asked = missing;
        missing = new LinkedHashSet<>();
        return store.locate(room, asked)
                .switchIfEmpty(Mono.error(() -> new WalkMovedException(room)))
                .flatMap(located -> {
                    if (located.places().size() < asked.size()) {
                        return Mono.error(new NotDerivableException("not all of the auth chain is stored"));
                    }
                    return read(located.places().values());
                });
    }

    private Mono<Void> read(Collection<Place> places) {
        if (found.size() + places.size() > most) {
            return Mono.error(new NotDerivableException("more than " + most + " events would have to be looked at"));
        }
        TreeMap<PageId, Set<Integer>> slots = new TreeMap<>();
        places.forEach(place ->
                slots.computeIfAbsent(place.page(), page -> new HashSet<>()).add(place.slot()));
        pagesRead += slots.size();
        if (pagesRead > MAX_PAGES) {
            return Mono.error(new NotDerivableException("more than " + MAX_PAGES + " pages would have to be read"));
        }
        return Flux.fromIterable(slots.keySet())
                .buffer(EventStore.MAX_WINDOW)
                .concatMap(
                        pages -> store.window(room, pages)
                                .switchIfEmpty(Mono.error(() -> new WalkMovedException(room)))
                                .doOnNext(read ->
                                        pages.forEach(id -> take(read.pages().get(id), slots.get(id)))),
                        1)
                .then();
    }

    private void take(@Nullable Page page, @Nullable Set<Integer> slots) {
        if (page == null || slots == null) {
            throw new IllegalStateException("Room " + room + ": the store has lost a page");
        }
        for (int slot : slots) {
            Side side = page.side().sides().get(slot);
            if (side.silent()) {
                throw new NotDerivableException("a rejected event is among them");
            }
            Set<EventId> auth = AuthEvents.of(page.bodies(), side.bodyOffset(), side.bodyLength());
            if (RoomVersionRules.of(head.roomVersion()).roomIdIsCreateHash() && side.kind() != EventKind.CREATE) {
                auth.add(EventId.parse("$" + room.value().substring(1)));
            }
            auth.remove(side.id());
            found.put(
                    side.id(),
                    new Found(new PlacedEvent(side.id(), new Place(page.side().id(), slot)), Rank.of(side), auth));
            for (EventId named : auth) {
                if (chain.add(named) && !found.containsKey(named)) {
                    missing.add(named);
                }
            }
        }
        missing.removeAll(found.keySet());
    }
}
