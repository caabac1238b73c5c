package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.access.AloneSight;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

final class BackfillWalkTest {
    private static final UserId SENDER = UserId.parse("@u:a.test");
    private static final Viewer ALL = side -> Sight.SHOWN;

    private final RoomBuilder room = new RoomBuilder("!walk:a.test");
    private final MemoryEventStore memory = new MemoryEventStore();
    private final CountingStore store = new CountingStore(memory);
    private final AtomicLong clock = new AtomicLong();

    private Viewer alone() {
        return new AloneSight(new RoomStates(memory)).of(ServerName.parse("b.test"));
    }

    private void write(List<NewEvent> events) {
        Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, events));
    }

    private Flux<WalkedEvent> walk(long limit, String... from) {
        return walk(store, limit, ALL, from);
    }

    private Flux<WalkedEvent> walk(EventStore over, long limit, Viewer sight, String... from) {
        List<EventId> starts = List.of(from).stream().map(RoomBuilder::id).toList();
        return new BackfillWalk(over, clock::get).walk(room.room(), starts, limit, sight);
    }

    private List<String> names(Flux<WalkedEvent> walk) {
        return Awaited.value(walk.map(event -> event.id().value().substring(1)).collectList());
    }

    @Test
    void emitsNothingWhenTheRoomIsUnknown() {
        assertThat(names(walk(10, "a"))).isEmpty();
        assertThat(store.reads()).isEqualTo(1);
    }

    @Test
    void emitsNothingWhenAllStartsAreUnknown() {
        write(room.chain("e", 3).events());
        assertThat(names(walk(10, "x", "y"))).isEmpty();
        assertThat(names(walk(10))).isEmpty();
        assertThat(names(walk(0, "e3"))).isEmpty();
        assertThat(store.reads()).isEqualTo(1);
    }

    @Test
    void startsWithTheStartsAndPutsChildrenBeforeParents() {
        room.event("create").kind(EventKind.CREATE);
        room.event("left").after("create").ts(3);
        room.event("right").after("create").ts(4);
        room.event("twin").after("create").ts(3);
        room.event("merge").after("left", "right", "twin", "gone");
        room.event("later").after("merge");
        write(room.events());
        assertThat(names(walk(10, "merge", "right", "unknown", "right")))
                .containsExactly("merge", "right", "left", "twin", "create");
        assertThat(names(walk(3, "later"))).containsExactly("later", "merge", "right");
    }

    @Test
    void readsNothingBeforeItIsAskedAndOnePageForOneEvent() {
        write(room.chain("e", 500).events());
        StepVerifier.create(walk(500, "e500"), 0)
                .expectSubscription()
                .then(() -> assertThat(store.reads()).isZero())
                .thenRequest(1)
                .expectNextCount(1)
                .then(() -> {
                    assertThat(store.locates).hasValue(1);
                    assertThat(store.windows).hasValue(1);
                    assertThat(store.windowPages).hasValue(1);
                    assertThat(store.plans).hasValue(0);
                })
                .thenRequest(20)
                .expectNextCount(20)
                .then(() -> assertThat(store.reads()).isEqualTo(2))
                .thenCancel()
                .verify();
        assertThat(store.reads()).isEqualTo(2);
    }

    @Test
    void takesTwoRoundTripsForAHundredEvents() {
        write(room.chain("e", 1_000).events());
        for (int start = 900; start < 932; start++) {
            CountingStore each = new CountingStore(memory);
            assertThat(names(walk(each, 100, ALL, "e" + start))).hasSize(100);
            assertThat(each.reads()).isEqualTo(2);
            assertThat(each.windowPages.get()).isLessThanOrEqualTo(5);
        }
    }

    @Test
    void takesTwoRoundTripsWhereEveryBucketHasASecondPart() {
        room.event("e0").kind(EventKind.CREATE);
        for (int i = 1; i < 1_000; i++) {
            room.event("e" + i).after("e" + (i - 1));
            if (i % 20 == 0) {
                room.event("fork" + i).after("e" + (i - 1));
                room.event("e" + ++i).after("e" + (i - 2), "fork" + (i - 1)).depth(i);
            }
        }
        write(room.events());
        assertThat(StoredRoom.read(memory, room.room()).place(id("e999")).page().bucket())
                .isEqualTo(31);
        for (int start = 905; start < 919; start++) {
            CountingStore each = new CountingStore(memory);
            assertThat(names(walk(each, 100, ALL, "e" + start))).hasSize(100);
            assertThat(each.reads()).isEqualTo(2);
        }
    }

    @Test
    void takesFewRoundTripsForLargeEvents() {
        for (int i = 0; i < 300; i++) {
            var event = room.event("e" + i).body(new byte[20_000]).depth(i);
            if (i > 0) {
                event.after("e" + (i - 1));
            }
        }
        write(room.events());
        assertThat(names(walk(100, "e299"))).hasSize(100);
        assertThat(store.reads()).isLessThanOrEqualTo(11);
        assertThat(store.windowPages.get()).isLessThanOrEqualTo(35);
    }

    @Test
    void takesTwentyStartsInAForkedRoomInFewReads() {
        room.event("create").kind(EventKind.CREATE);
        for (int branch = 0; branch < 20; branch++) {
            room.event("b" + branch + ".0").after("create");
        }
        for (int i = 1; i < 50; i++) {
            for (int branch = 0; branch < 20; branch++) {
                room.event("b" + branch + "." + i).after("b" + branch + "." + (i - 1));
            }
        }
        write(room.events());
        String[] starts = IntStream.range(0, 20).mapToObj(b -> "b" + b + ".49").toArray(String[]::new);
        List<String> names = names(walk(500, starts));
        assertThat(names).hasSize(500).doesNotHaveDuplicates();
        assertThat(store.reads()).isLessThanOrEqualTo(6);
        assertThat(store.windowPages.get()).isLessThan(40);
    }

    @Test
    void completesWithItsLastEventWithoutBeingAskedForMore() {
        write(room.chain("e", 40).events());
        StepVerifier.create(walk(3, "e40"), 3).expectNextCount(3).verifyComplete();
        StepVerifier.create(walk(100, "e40"), 41).expectNextCount(41).verifyComplete();
    }

    @Test
    void holdsFewPagesHoweverLongItsReaderWaits() {
        write(room.chain("e", 20_000).events());
        AtomicLong got = new AtomicLong();
        StepVerifier.Step<WalkedEvent> step =
                StepVerifier.create(walk(20_001, "e20000").doOnNext(event -> got.incrementAndGet()), 0);
        for (int i = 0; i < 500; i++) {
            step = step.thenRequest(10).expectNextCount(10).then(() -> {
                long readAhead = store.windowPages.get() * PageId.MAX_EVENTS - got.get();
                assertThat(readAhead).isLessThan(3L * PageId.MAX_EVENTS);
            });
        }
        step.thenCancel().verify();
        assertThat(store.windowPages.get()).isLessThan(5_000 / PageId.MAX_EVENTS + 5);
        assertThat(store.largestWindow.get()).isLessThanOrEqualTo(2);
    }

    @Test
    void walksManyEventsOfASynchronousStoreWithoutDeepStacks() {
        int size = 200_000;
        List<NewEvent> part = new ArrayList<>();
        byte[] body = {'{', '}'};
        for (int i = 0; i < size; i++) {
            List<EventId> parents = i == 0 ? List.of() : List.of(id(Integer.toString(i - 1)));
            part.add(new NewEvent(
                    id(Integer.toString(i)), SENDER, i, 0, EventKind.ORDINARY, false, null, null, parents, body));
            if (part.size() == 10_000) {
                write(part);
                part.clear();
            }
        }
        String start = Integer.toString(size - 1);
        assertThat(walk(1_000_000, start).count().block()).isEqualTo(size);
        AtomicInteger oneByOne = new AtomicInteger();
        walk(1_000_000, start).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(WalkedEvent event) {
                oneByOne.incrementAndGet();
                request(1);
            }
        });
        assertThat(oneByOne).hasValue(size);
    }

    @Test
    void readsAheadForOneWhoAsksForFewAtATime() {
        write(room.chain("e", 300).events());
        Located start = Awaited.value(store.locate(room.room(), List.of(id("e300"))));
        long windows = store.windows.get();
        BackfillWalk walk = new BackfillWalk(store, clock::get);

        StepVerifier.create(walk.walk(start, 100, ALL, 100).limitRate(16, 0))
                .expectNextCount(100)
                .verifyComplete();
        assertThat(store.windows.get() - windows).isEqualTo(1);

        StepVerifier.create(walk.walk(start, 100, ALL, 0).limitRate(16, 0))
                .expectNextCount(100)
                .verifyComplete();
        assertThat(store.windows.get() - windows).isGreaterThan(2);
    }

    @Test
    void sendsNothingAfterItWasCancelled() {
        write(room.chain("e", 300).events());
        AtomicBoolean cancelled = new AtomicBoolean();
        Sinks.One<Pages> never = Sinks.one();
        EventStore hanging = new CountingStore(store) {
            @Override
            public Mono<Pages> window(RoomId asked, Collection<PageId> pages) {
                return super.window(asked, pages).then(never.asMono()).doOnCancel(() -> cancelled.set(true));
            }
        };
        StepVerifier.create(walk(hanging, 300, ALL, "e300"))
                .expectSubscription()
                .then(() -> assertThat(store.windows).hasValue(1))
                .thenCancel()
                .verify();
        assertThat(cancelled).isTrue();
        assertThat(store.reads()).isEqualTo(2);
        List<WalkedEvent> some = Awaited.value(walk(300, "e300").take(3).collectList());
        assertThat(some).hasSize(3);
        assertThat(store.reads()).isEqualTo(4);
    }

    @Test
    void failsAsTheStoreFails() {
        write(room.chain("e", 300).events());
        EventStore failing = new CountingStore(store) {
            @Override
            public Mono<Pages> window(RoomId asked, Collection<PageId> pages) {
                return windows.get() < 1
                        ? super.window(asked, pages)
                        : Mono.error(new StoreUnavailableException("down", new IllegalStateException()));
            }
        };
        StepVerifier.create(walk(failing, 300, ALL, "e300"))
                .expectNextCount(100)
                .thenConsumeWhile(event -> true)
                .verifyError(StoreUnavailableException.class);
    }

    @Test
    void refusesADemandOfNothing() {
        write(room.chain("e", 3).events());
        Flux<WalkedEvent> walk = walk(3, "e3");
        AtomicBoolean refused = new AtomicBoolean();
        walk.subscribe(new reactor.core.CoreSubscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscription.request(0);
            }

            @Override
            public void onNext(WalkedEvent event) {}

            @Override
            public void onError(Throwable thrown) {
                refused.set(thrown instanceof IllegalArgumentException);
            }

            @Override
            public void onComplete() {}
        });
        assertThat(refused).isTrue();
    }

    @Test
    void keepsCountOfDemandFromManyThreads() {
        write(room.chain("e", 3_000).events());
        EventStore elsewhere = new CountingStore(memory) {
            @Override
            public Mono<Pages> window(RoomId asked, Collection<PageId> pages) {
                return super.window(asked, pages).publishOn(Schedulers.parallel());
            }
        };
        AtomicInteger inside = new AtomicInteger();
        AtomicBoolean overlapped = new AtomicBoolean();
        Set<EventId> seen = new HashSet<>();
        AtomicInteger count = new AtomicInteger();
        BaseSubscriber<WalkedEvent> reader = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}

            @Override
            protected void hookOnNext(WalkedEvent event) {
                overlapped.compareAndSet(false, inside.getAndIncrement() != 0);
                seen.add(event.id());
                count.incrementAndGet();
                inside.decrementAndGet();
            }
        };
        walk(elsewhere, 3_000, ALL, "e3000").subscribe(reader);
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> askers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread asker = new Thread(() -> {
                for (int j = 0; j < 500; j++) {
                    reader.request(1);
                }
            });
            askers.add(asker);
            asker.start();
        }
        go.countDown();
        Awaitility.await().untilAsserted(() -> assertThat(count).hasValue(2_000));
        reader.cancel();
        assertThat(overlapped).isFalse();
        assertThat(seen).hasSize(2_000);
    }

    @Test
    void honoursAMarkThatIsSetWhileItWaitsForItsReader() {
        write(room.chain("e", 40).events());
        RoomBuilder more = new RoomBuilder(room.room());
        more.event("redaction").after("e40").redacts("e35");
        StepVerifier.create(walk(store, 10, alone(), "e40"), 3)
                .expectNextCount(3)
                .then(() -> {
                    Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, more.events()));
                    clock.addAndGet(Descent.MAX_AGE_NANOS + 1);
                })
                .thenRequest(10)
                .expectNextMatches(event -> event.id().equals(id("e37")) && !event.redacted())
                .expectNextMatches(event -> event.id().equals(id("e36")) && !event.redacted())
                .expectNextMatches(event -> event.id().equals(id("e35")) && event.redacted())
                .expectNextCount(4)
                .verifyComplete();
        assertThat(store.plans).hasValue(1);
    }

    @Test
    void readsMarksAgainAsOftenAsItsReaderIsSlow() {
        write(room.chain("e", 40).events());
        StepVerifier.Step<WalkedEvent> step = StepVerifier.create(walk(20, "e40"), 0);
        for (int i = 0; i < 10; i++) {
            step = step.thenRequest(1).expectNextCount(1).then(() -> clock.addAndGet(Descent.MAX_AGE_NANOS + 1));
        }
        step.thenCancel().verify();
        assertThat(store.plans).hasValue(9);
        assertThat(store.largestWindow).hasValue(1);
    }

    @Test
    void doesNotWalkThroughWhatIsWithheldButServesAStartBelowIt() {
        room.event("create").kind(EventKind.CREATE);
        room.event("open").after("create");
        room.event("restrict").after("open").kind(EventKind.RESTRICTS_HISTORY);
        room.event("hidden").after("restrict");
        room.event("side").after("create");
        room.event("merge").after("hidden", "side");
        write(room.events());
        assertThat(names(walk(store, 10, alone(), "merge"))).isEmpty();
        assertThat(names(walk(store, 10, alone(), "merge", "hidden", "open"))).containsExactly("open", "create");
    }

    @Test
    void walksThroughSilentEventsWithoutCountingThem() {
        room.event("create").kind(EventKind.CREATE);
        room.event("bad").after("create").silent();
        room.event("worse").after("bad").silent();
        room.event("good").after("worse");
        write(room.events());
        assertThat(names(walk(2, "good"))).containsExactly("good", "create");
        assertThat(names(walk(2, "worse"))).containsExactly("create");
    }

    @Test
    void followsEdgesThatNobodyHasMendedYet() {
        room.event("hub").kind(EventKind.CREATE).depth(5);
        for (int i = 0; i < 200; i++) {
            room.event("ray" + i).after("hub").depth(1_000);
        }
        room.event("tip").after("ray199").depth(1_001);
        List<NewEvent> events = room.events();
        write(events.subList(1, events.size()));
        write(events.subList(0, 1));
        assertThat(StoredRoom.read(memory, room.room()).head().lazyEdges()).isTrue();
        assertThat(names(walk(10, "tip"))).containsExactly("tip", "ray199", "hub");
        String[] all = IntStream.range(0, 200).mapToObj(i -> "ray" + i).toArray(String[]::new);
        assertThat(names(walk(1_000, all))).hasSize(201).endsWith("hub");
        assertThat(store.locates.get()).isLessThan(12);
    }

    @Test
    void goesOnWhereARaiseLeavesTheOrderAndStopsWhereItDoesNot() {
        room.event("old").depth(1_000);
        room.event("gap").after("old").depth(5);
        room.event("child").after("gap").depth(10);
        room.event("low").depth(3);
        room.event("top").after("child", "low").depth(3_000);
        room.event("beside").depth(500);
        write(List.of(room.get("old"), room.get("child"), room.get("low"), room.get("top"), room.get("beside")));
        // Before "beside" at 500 is passed, "child" may still rise from 10 to 1,002.
        StepVerifier.create(walk(10, "top", "beside"), 1)
                .expectNextMatches(event -> event.id().equals(id("top")))
                .then(() -> write(List.of(room.get("gap"))))
                .then(() -> clock.addAndGet(Descent.MAX_AGE_NANOS + 1))
                .thenRequest(10)
                .expectNextMatches(event -> event.id().equals(id("child")) && event.correctedDepth() == 1_002)
                .expectNextMatches(event -> event.id().equals(id("gap")))
                .expectNextMatches(event -> event.id().equals(id("old")))
                .expectNextMatches(event -> event.id().equals(id("beside")))
                .expectNextMatches(event -> event.id().equals(id("low")))
                .verifyComplete();
        RoomBuilder again = new RoomBuilder("!again:a.test");
        again.event("old").depth(1_000);
        again.event("gap").after("old").depth(5);
        again.event("child").after("gap").depth(10);
        again.event("top").after("child").depth(3_000);
        again.event("beside").depth(500);
        RoomWriter writer = new RoomWriter(memory);
        List<NewEvent> first = List.of(again.get("old"), again.get("child"), again.get("top"), again.get("beside"));
        Awaited.value(writer.write(again.room(), VERSION, first));
        StepVerifier.create(
                        new BackfillWalk(store, clock::get)
                                .walk(again.room(), List.of(id("top"), id("beside")), 10, ALL),
                        2)
                .expectNextCount(2)
                .then(() -> Awaited.value(writer.write(again.room(), VERSION, List.of(again.get("gap")))))
                .then(() -> clock.addAndGet(Descent.MAX_AGE_NANOS + 1))
                .thenRequest(10)
                .verifyError(WalkMovedException.class);
    }

    @Test
    void findsAgainWhatItsFrontierHadToForget() {
        String[] parents = new String[600];
        for (int i = 0; i < parents.length; i++) {
            parents[i] = "p" + i;
            room.event(parents[i]).depth(40L * i);
        }
        room.event("merge").after(parents);
        write(room.events());
        List<WalkedEvent> wide = Awaited.value(walk(store, 1_000, ALL, "merge").collectList());
        assertThat(wide).hasSize(601);
        List<WalkedEvent> narrow = Awaited.value(new BackfillWalk(store, clock::get, 8)
                .walk(room.room(), List.of(id("merge")), 1_000, ALL)
                .collectList());
        assertThat(narrow.stream().map(WalkedEvent::id).toList())
                .isEqualTo(wide.stream().map(WalkedEvent::id).toList());
    }

    @Test
    void givesUpOnARoomWiderThanItCanRemember() {
        Frontier frontier = new Frontier(2);
        for (int i = 0; i < 5; i++) {
            frontier.add(Place.of(i, 0, 0), Rank.before(i * 32L));
        }
        assertThat(Awaited.present(frontier.firstPending()).page()).isEqualTo(new PageId(4, 0));
        assertThat(frontier.cut()).isEqualTo(Rank.before(64));
    }

    @Test
    void sendsEachErrorOnceAndNothingAfterIt() {
        write(room.chain("e", 3).events());
        Flux<WalkedEvent> walk = walk(
                store,
                10,
                side -> {
                    throw new IllegalStateException("no sight");
                },
                "e3");
        StepVerifier.create(walk).verifyErrorMessage("no sight");
    }
}
