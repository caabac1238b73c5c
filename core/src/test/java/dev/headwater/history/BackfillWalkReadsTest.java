package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What a walk reads for its events, and when. */
final class BackfillWalkReadsTest extends WalkedRoom {
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
}
