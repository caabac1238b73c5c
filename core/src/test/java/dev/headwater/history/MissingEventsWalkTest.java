package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

final class MissingEventsWalkTest {
    private static final Viewer ALL = side -> Sight.SHOWN;

    private final RoomBuilder room = new RoomBuilder("!gap:a.test");
    private final MemoryEventStore memory = new MemoryEventStore();
    private final CountingStore store = new CountingStore(memory);
    private final AtomicLong clock = new AtomicLong();

    private void write() {
        Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, room.events()));
    }

    private Flux<WalkedEvent> walk(EventStore over, int limit, Viewer viewer, List<String> latest, String... earliest) {
        return walk(over, LayeredSearch.WIDTH, limit, viewer, latest, earliest);
    }

    private Flux<WalkedEvent> walk(
            EventStore over, int width, int limit, Viewer viewer, List<String> latest, String... earliest) {
        List<EventId> from = latest.stream().map(RoomBuilder::id).toList();
        List<EventId> to = List.of(earliest).stream().map(RoomBuilder::id).toList();
        Set<EventId> named = new HashSet<>(from);
        named.addAll(to);
        return over.locate(room.room(), named)
                .flatMapMany(found -> new MissingEventsWalk(over, clock::get, width)
                        .walk(found, from, to, limit, Long.MIN_VALUE, viewer));
    }

    private List<String> names(int limit, List<String> latest, String... earliest) {
        return names(walk(store, limit, ALL, latest, earliest));
    }

    private static List<String> names(Flux<WalkedEvent> walk) {
        return Awaited.value(walk.map(event -> event.id().value().substring(1)).collectList());
    }

    @Test
    void givesWhatLiesBetweenOldestFirst() {
        room.chain("e", 20);
        write();
        assertThat(names(10, List.of("e9"), "e5")).containsExactly("e6", "e7", "e8");
        assertThat(names(2, List.of("e9"), "e5")).containsExactly("e7", "e8");
        assertThat(names(10, List.of("e9"), "e9")).isEmpty();
        assertThat(names(0, List.of("e9"))).isEmpty();
        assertThat(names(10, List.of("unknown"), "e5")).isEmpty();
        assertThat(names(10, List.of("e3"), "unknown")).containsExactly("e0", "e1", "e2");
    }

    @Test
    void goesLayerByLayerAndPutsParentsFirstAllTheSame() {
        // A short way and a long one to the same event: in the order of layers it would stand behind its child.
        room.event("create").kind(EventKind.CREATE);
        room.event("shared").after("create");
        room.event("a").after("shared");
        room.event("b").after("a");
        room.event("merge").after("shared", "b");
        write();
        assertThat(names(10, List.of("merge"), "create")).containsExactly("shared", "a", "b");
        assertThat(names(2, List.of("merge"), "create")).containsExactly("shared", "b");
        assertThat(names(1, List.of("merge"), "create")).containsExactly("b");
    }

    @Test
    void doesNotGiveTheLatestThoughOneLeadsToAnother() {
        room.chain("e", 10);
        write();
        assertThat(names(10, List.of("e9", "e7"), "e4")).containsExactly("e5", "e6", "e8");
    }

    @Test
    void leavesOutWhatIsWithheldAndWhatIsBehindIt() {
        room.chain("e", 10);
        write();
        Viewer viewer = side -> side.id().equals(id("e5")) ? Sight.WITHHELD : Sight.SHOWN;
        assertThat(names(walk(store, 10, viewer, List.of("e8")))).containsExactly("e6", "e7");
        assertThat(names(walk(store, 10, viewer, List.of("e5")))).isEmpty();
    }

    @Test
    void takesTwoRoundTripsForALine() {
        room.chain("e", 1_000);
        write();
        assertThat(names(50, List.of("e777"))).hasSize(50).startsWith("e727").endsWith("e776");
        assertThat(store.locates).hasValue(1);
        assertThat(store.reads()).isEqualTo(2);
        assertThat(store.windowPages.get()).isLessThanOrEqualTo(3);
    }

    @Test
    void readsNothingBeforeItIsAskedForAnEvent() {
        room.chain("e", 100);
        write();
        Flux<WalkedEvent> walk = walk(store, 10, ALL, List.of("e50"));
        assertThat(store.reads()).isZero();
        walk.subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                assertThat(store.windows).hasValue(0);
            }
        });
        assertThat(store.windows).hasValue(0);
    }

    @Test
    void cancellingReachesTheStore() {
        room.chain("e", 100);
        write();
        AtomicBoolean cancelled = new AtomicBoolean();
        EventStore hangs = new CountingStore(memory) {
            @Override
            public Mono<Pages> window(RoomId id, Collection<PageId> pages) {
                return Mono.<Pages>never().doOnCancel(() -> cancelled.set(true));
            }
        };
        var reader = walk(hangs, 10, ALL, List.of("e50")).subscribe();
        assertThat(cancelled).isFalse();
        reader.dispose();
        assertThat(cancelled).isTrue();
    }

    @Test
    void passesOnThatTheStoreIsAway() {
        room.chain("e", 100);
        write();
        EventStore gone = new CountingStore(memory) {
            @Override
            public Mono<Pages> window(RoomId id, Collection<PageId> pages) {
                return Mono.error(new StoreUnavailableException("away", new IOException()));
            }
        };
        assertThatThrownBy(() -> names(walk(gone, 10, ALL, List.of("e50"))))
                .isInstanceOf(StoreUnavailableException.class);
    }

    @Test
    void looksAgainForMarksBeforeItShowsWhatItReadLongAgo() {
        room.chain("e", 20);
        write();
        RoomBuilder redaction = new RoomBuilder(room.room());
        redaction.event("redaction").after("e20").redacts("e8").depth(22);
        List<String> seen = new ArrayList<>();
        Viewer marks = side -> side.marked() ? Sight.REDACTED : Sight.SHOWN;
        walk(store, 10, marks, List.of("e10"), "e5").subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(WalkedEvent event) {
                seen.add(event.id() + (event.redacted() ? " redacted" : ""));
                if (seen.size() == 2) {
                    Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, redaction.events()));
                    clock.addAndGet(Descent.MAX_AGE_NANOS + 1);
                }
                request(1);
            }
        });
        assertThat(seen).containsExactly("$e6", "$e7", "$e8 redacted", "$e9");
    }

    @Test
    void hearsOfNoMoreThanItsWidth() {
        room.event("create").kind(EventKind.CREATE);
        IntStream.range(0, 600).forEach(i -> room.event("p" + i).after("create"));
        room.event("wide").after(IntStream.range(0, 600).mapToObj(i -> "p" + i).toArray(String[]::new));
        write();
        assertThat(names(walk(store, 100, 500, ALL, List.of("wide"), "create"))).hasSize(100);
        assertThat(names(walk(store, 1_000, 500, ALL, List.of("wide"), "create")))
                .hasSize(500);
        assertThat(store.largestWindow.get()).isLessThanOrEqualTo(EventStore.MAX_WINDOW);
    }

    @Test
    void readsNoMorePagesThanItsBoundHoweverManyEventsAreAskedFor() {
        room.event("e0").kind(EventKind.CREATE);
        IntStream.rangeClosed(1, 700)
                .forEach(i -> room.event("e" + i).after("e" + (i - 1)).depth((long) i * PageId.LEVELS));
        write();
        List<String> found = names(700, List.of("e700"));
        assertThat(found)
                .hasSizeBetween(LayeredSearch.MAX_PAGES - EventStore.MAX_WINDOW, LayeredSearch.MAX_PAGES)
                .isEqualTo(IntStream.range(700 - found.size(), 700)
                        .mapToObj(i -> "e" + i)
                        .toList());
        assertThat(names(50, List.of("e700"))).hasSize(50);
    }

    @Test
    void beginsAnewWhenEventsAreRaisedMeanwhile() {
        room.chain("e", 40);
        write();
        // A parent as high as its child is, which itself stands on nothing: all that follows is raised.
        RoomBuilder late = new RoomBuilder(room.room());
        late.event("gap").after("missing").depth(41);
        late.event("top").after("gap").depth(42);
        Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, late.events()));
        RoomBuilder closing = new RoomBuilder(room.room());
        closing.event("missing").after("e40").depth(5_000);
        AtomicBoolean done = new AtomicBoolean();
        EventStore raising = new CountingStore(memory) {
            @Override
            public Mono<Pages> window(RoomId id, Collection<PageId> pages) {
                if (done.compareAndSet(false, true)) {
                    Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, closing.events()));
                }
                return super.window(id, pages);
            }
        };
        assertThat(names(walk(raising, 5, ALL, List.of("top")))).containsExactly("e38", "e39", "e40", "missing", "gap");
        assertThat(Awaited.value(memory.plan(room.room(), List.of())).head().raises())
                .isPositive();
    }
}
