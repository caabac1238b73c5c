package dev.headwater.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.headwater.history.EventStore;
import dev.headwater.history.Located;
import dev.headwater.history.Page;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.Place;
import dev.headwater.history.Publication;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomHead;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A store with a memory of what was read from the one behind it: places of events, pages, chunks of state nodes.
 *
 * <p>Places and chunks never change, and bodies only together with their side data, which says so. Side data does change,
 * but never without a publication, which changes the version in the room's head: so it is used only where the head has the
 * version that the side data was read at. The head, and what decides about a server's access, are used for {@link #LEASE}
 * from the moment they were asked for, and then read anew.
 *
 * <p>Reads of the same are shared. A read goes on when all who asked for it have cancelled: what it brings is kept.
 */
public final class CachedEventStore extends ForwardingEventStore {
    /** Bodies that another process has taken out of the store leave this one's memory so long after, if nobody asks. */
    static final Duration LONGEST = Duration.ofHours(1);

    /** How long the head of a room and the admission of a server are used, counted from when they were asked for. */
    static final Duration LEASE = EventStore.HONOURED_AFTER.dividedBy(2);

    /** Of the heads under lease, and as much again of the admissions. */
    private static final long LEASED_BYTES = 4 * 1024 * 1024;

    private static final byte[] NO_BODIES = {};

    private record PlacesOf(Thread thread, RoomId room, Set<EventId> events) {}

    private record AdmissionOf(RoomId room, ServerName server) {}

    private record PagesOf(RoomId room, List<PageId> pages) {}

    private final Cache<Held.Key, Held> held;
    private final AtomicLong epoch = new AtomicLong();
    private final Leases<RoomId, Pages> heads;
    private final Leases<AdmissionOf, RoomAdmission.OfServer> admissions;
    // By thread, so that who asks on an event loop is answered there.
    private final Turns<PlacesOf, Located> located = new Turns<>();
    private final ConcurrentMap<PagesOf, Mono<Pages>> windows = new ConcurrentHashMap<>();

    /**
     * @param maxBytes what is held beyond it is let go, the least used first; it counts objects by estimate. What nobody has
     *     found to be as it is stored for an hour is let go as well
     */
    public CachedEventStore(EventStore store, long maxBytes) {
        this(store, maxBytes, Ticker.systemTicker());
    }

    CachedEventStore(EventStore store, long maxBytes, Ticker ticker) {
        super(store);
        heads = new Leases<>(LEASE, LEASED_BYTES, head -> Held.OVERHEAD, ticker);
        admissions = new Leases<>(LEASE, LEASED_BYTES, CachedEventStore::bytes, ticker);
        held = Caffeine.newBuilder()
                .ticker(ticker)
                .expireAfterWrite(LONGEST)
                .maximumWeight(maxBytes)
                .weigher((Held.Key key, Held value) -> value.bytes())
                // It takes microseconds, and waking another thread takes longer.
                .executor(Runnable::run)
                .build();
    }

    private static int bytes(RoomAdmission.OfServer admission) {
        return Held.OVERHEAD
                + admission.acls().stream().mapToInt(String::length).sum();
    }

    /**
     * Forgets everything, and what is being read as well: to be called when the store may have lost something that was
     * published, as Redis may when another node takes over. Returns at once.
     */
    public void forget() {
        epoch.incrementAndGet();
        heads.end();
        admissions.end();
        windows.clear();
    }

    /** How much is held, in bytes, about. */
    long heldBytes() {
        held.cleanUp();
        return held.policy().eviction().orElseThrow().weightedSize().orElseThrow();
    }

    @Override
    public Mono<Located> locate(RoomId room, Collection<EventId> events) {
        return Mono.defer(() -> {
            Map<EventId, Place> places = places(room, events);
            if (places.size() == events.size()) {
                return head(room).map(head -> new Located(head.head(), places));
            }
            PlacesOf key = new PlacesOf(Thread.currentThread(), room, Set.copyOf(events));
            return located.next(key, () -> look(room, key.events()));
        });
    }

    @Override
    public Mono<Located> find(EventId event) {
        return Mono.defer(() -> {
            long now = epoch.get();
            return store.find(event).doOnNext(found -> keepPlaces(found, now));
        });
    }

    private void keepPlaces(Located found, long now) {
        RoomId room = found.head().room();
        found.places()
                .forEach((event, place) -> held.put(new Held.PlaceKey(room, event), new Held.OfPlace(now, place)));
    }

    private Mono<Located> look(RoomId room, Set<EventId> events) {
        Map<EventId, Place> places = places(room, events);
        if (places.size() == events.size()) {
            return store.plan(room, List.of()).map(head -> new Located(head.head(), places));
        }
        long now = epoch.get();
        return store.locate(room, events).doOnNext(found -> keepPlaces(found, now));
    }

    private Map<EventId, Place> places(RoomId room, Collection<EventId> events) {
        Map<EventId, Place> places = new HashMap<>();
        for (EventId event : events) {
            if (held(new Held.PlaceKey(room, event)) instanceof Held.OfPlace found) {
                places.put(event, found.place());
            }
        }
        return places;
    }

    private @Nullable Held held(Held.Key key) {
        Held found = held.getIfPresent(key);
        return found == null || found.epoch() != epoch.get() ? null : found;
    }

    private Mono<Pages> head(RoomId room) {
        return heads.next(room, () -> store.plan(room, List.of()));
    }

    @Override
    public Mono<Pages> plan(RoomId room, Collection<PageId> pages) {
        return Mono.defer(() -> {
                    List<PageId> ids = List.copyOf(pages);
                    if (ids.isEmpty()) {
                        return head(room);
                    }
                    if (!missing(room, ids).isEmpty()) {
                        return store.plan(room, ids);
                    }
                    return head(room).flatMap(read -> {
                        Pages known = known(read.head(), ids);
                        return known == null
                                ? refreshed(room, ids).switchIfEmpty(store.plan(room, ids))
                                : Mono.just(known);
                    });
                })
                .map(CachedEventStore::sidesOnly);
    }

    @Override
    public Mono<Pages> window(RoomId room, Collection<PageId> pages) {
        return Mono.defer(() -> {
            List<PageId> ids = List.copyOf(pages);
            return missing(room, ids).isEmpty()
                    ? head(room).flatMap(read -> windowSince(read.head(), ids))
                    : read(room, ids);
        });
    }

    @Override
    public Mono<Pages> windowSince(RoomHead head, Collection<PageId> pages) {
        return Mono.defer(() -> {
            List<PageId> ids = List.copyOf(pages);
            Pages known = known(head, ids);
            if (known != null) {
                return Mono.just(known);
            }
            List<PageId> missing = missing(head.room(), ids);
            if (missing.isEmpty()) {
                return refreshed(head.room(), ids).switchIfEmpty(Mono.defer(() -> read(head.room(), ids)));
            }
            if (missing.size() < ids.size()) {
                List<PageId> others = new ArrayList<>(ids);
                others.removeAll(missing);
                Pages rest = known(head, others);
                if (rest != null) {
                    return readSince(head, missing)
                            .flatMap(read -> read.head().version() == head.version()
                                    ? Mono.just(together(read, rest))
                                    : readSince(read.head(), ids));
                }
            }
            return readSince(head, ids);
        });
    }

    /** The pages as of a head, if all of them are held and up to date; null if not. */
    private @Nullable Pages known(RoomHead head, List<PageId> ids) {
        Map<PageId, Page> pages = new HashMap<>();
        for (PageId id : ids) {
            if (!(held(new Held.PageKey(head.room(), id)) instanceof Held.OfPage found)
                    || found.version() != head.version()) {
                return null;
            }
            Page page = found.page();
            if (page != null) {
                pages.put(id, page);
            }
        }
        return new Pages(head, pages);
    }

    /** Those of which nothing is held, however old. */
    private List<PageId> missing(RoomId room, List<PageId> ids) {
        List<PageId> missing = new ArrayList<>();
        for (PageId id : ids) {
            if (held(new Held.PageKey(room, id)) == null) {
                missing.add(id);
            }
        }
        return missing;
    }

    /** Held bodies with side data as it stands now; empty if they do not belong together. */
    private Mono<Pages> refreshed(RoomId room, List<PageId> ids) {
        return store.plan(room, ids).flatMap(read -> {
            long version = read.head().version();
            Map<PageId, Page> pages = new HashMap<>();
            for (PageId id : ids) {
                Held.PageKey key = new Held.PageKey(room, id);
                Page later = read.pages().get(id);
                if (!(held(key) instanceof Held.OfPage before) || (later == null) != (before.page() == null)) {
                    return Mono.empty();
                }
                Held.OfPage now = later == null
                        ? new Held.OfPage(before.epoch(), version, null)
                        : before.with(later.side(), version);
                if (now == null) {
                    return Mono.empty();
                }
                keep(key, now);
                Page page = now.page();
                if (page != null) {
                    pages.put(id, page);
                }
            }
            return Mono.just(new Pages(read.head(), pages));
        });
    }

    /** Reads, or joins who is reading the same, unless what they get is older than the head. */
    private Mono<Pages> readSince(RoomHead head, List<PageId> ids) {
        return windows.computeIfAbsent(new PagesOf(head.room(), ids), this::sharedRead)
                .flatMap(read -> read.head().version() >= head.version() ? Mono.just(read) : read(head.room(), ids));
    }

    private Mono<Pages> sharedRead(PagesOf asked) {
        return read(asked.room(), asked.pages())
                .doFinally(end -> windows.remove(asked))
                .cache();
    }

    private Mono<Pages> read(RoomId room, List<PageId> ids) {
        return Mono.defer(() -> {
            long now = epoch.get();
            return store.window(room, ids).doOnNext(read -> {
                for (PageId id : ids) {
                    keep(
                            new Held.PageKey(room, id),
                            new Held.OfPage(
                                    now, read.head().version(), read.pages().get(id)));
                }
            });
        });
    }

    /** An answer that has overtaken a later one must not take its place. */
    private void keep(Held.Key key, Held.OfPage page) {
        held.asMap()
                .merge(
                        key,
                        page,
                        (before, now) -> before instanceof Held.OfPage old
                                        && old.epoch() == page.epoch()
                                        && old.version() > page.version()
                                ? before
                                : now);
    }

    private static Pages together(Pages a, Pages b) {
        Map<PageId, Page> pages = new HashMap<>(a.pages());
        pages.putAll(b.pages());
        return new Pages(a.head(), pages);
    }

    private static Pages sidesOnly(Pages read) {
        Map<PageId, Page> pages = new HashMap<>();
        read.pages().forEach((id, page) -> pages.put(id, new Page(page.side(), NO_BODIES)));
        return new Pages(read.head(), pages);
    }

    @Override
    public Mono<RoomAdmission.OfServer> admission(RoomId room, ServerName server) {
        return Mono.defer(() -> admissions.next(new AdmissionOf(room, server), () -> store.admission(room, server)));
    }

    @Override
    public Mono<Map<Long, byte[]>> stateChunks(RoomId room, Collection<Long> chunks) {
        return Mono.defer(() -> {
            Map<Long, byte[]> found = new HashMap<>();
            List<Long> missing = new ArrayList<>();
            for (Long chunk : chunks) {
                if (held(new Held.ChunkKey(room, chunk)) instanceof Held.OfChunk there) {
                    found.put(chunk, there.chunk());
                } else {
                    missing.add(chunk);
                }
            }
            if (missing.isEmpty() && !found.isEmpty()) {
                return Mono.just(found);
            }
            long now = epoch.get();
            return store.stateChunks(room, missing).map(read -> {
                read.forEach((chunk, bytes) -> held.put(new Held.ChunkKey(room, chunk), new Held.OfChunk(now, bytes)));
                found.putAll(read);
                return found;
            });
        });
    }

    @Override
    public Mono<Boolean> publish(Publication publication) {
        RoomId room = publication.head().room();
        return super.publish(publication).doOnNext(published -> {
            heads.end(room::equals);
            publication.bodies().forEach(change -> held.invalidate(new Held.PageKey(room, change.page())));
            publication.sealedBodies().keySet().forEach(page -> held.invalidate(new Held.PageKey(room, page)));
        });
    }

    @Override
    public Mono<Void> admit(RoomId room, RoomAdmission admission) {
        return super.admit(room, admission)
                .doOnSuccess(done -> admissions.end(of -> of.room().equals(room)));
    }
}
