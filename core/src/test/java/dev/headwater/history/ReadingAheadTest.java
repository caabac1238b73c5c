package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** What a walk reads before it is needed, for a reader that goes on; and what it keeps for one that does not. */
final class ReadingAheadTest extends WalkedRoom {
    private static final int AHEAD = 64;
    /** The last event of its page, so that a window has as many events as it was chosen for. */
    private static final String LAST = "e1982";

    private final VirtualTimeScheduler looks = VirtualTimeScheduler.create();
    private final List<Sinks.One<Boolean>> held = new ArrayList<>();
    private final AtomicBoolean hold = new AtomicBoolean();
    private final AtomicBoolean cancelled = new AtomicBoolean();

    /** Its windows wait, while {@code hold} is set, until they are let go. */
    private final EventStore holding = new CountingStore(store) {
        @Override
        public Mono<Pages> window(RoomId asked, Collection<PageId> pages) {
            Mono<Pages> read = super.window(asked, pages);
            if (!hold.get()) {
                return read;
            }
            Sinks.One<Boolean> gate = Sinks.one();
            held.add(gate);
            return read.delayUntil(pagesRead -> gate.asMono()).doOnCancel(() -> cancelled.set(true));
        }
    };

    /** Counts what it is given, and asks one by one. */
    private static final class Reader extends BaseSubscriber<WalkedEvent> {
        private final List<String> names = new ArrayList<>();
        private boolean complete;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {}

        @Override
        protected void hookOnNext(WalkedEvent event) {
            names.add(event.id().value().substring(1));
        }

        @Override
        protected void hookOnComplete() {
            complete = true;
        }

        Reader take(int events) {
            for (int i = 0; i < events; i++) {
                request(1);
            }
            return this;
        }
    }

    private Flux<WalkedEvent> walk(int limit, int ahead, String start) {
        Located located = Awaited.value(memory.locate(room.room(), List.of(id(start))));
        return new BackfillWalk(holding, clock::get, Descent.FIRST_WIDTH, looks).walk(located, limit, ALL, ahead);
    }

    private Reader read(int limit, String start) {
        Reader reader = new Reader();
        walk(limit, AHEAD, start).subscribe(reader);
        return reader;
    }

    private static List<String> chain(int from, int events) {
        return IntStream.range(0, events).mapToObj(i -> "e" + (from - i)).toList();
    }

    @Test
    void beginsTheNextWindowWhenItComesToTheSecond() {
        write(room.chain("e", 2_000).events());
        Reader reader = read(2_000, LAST).take(AHEAD);
        assertThat(store.windows).hasValue(1);
        hold.set(true);
        reader.take(1);
        assertThat(store.windows).hasValue(2);
        held.remove(0).tryEmitValue(true);
        assertThat(reader.names).hasSize(AHEAD + 1);
        // The third is under way now, and nobody waits for it.
        assertThat(store.windows).hasValue(3);
        reader.take(AHEAD - 1);
        assertThat(reader.names).isEqualTo(chain(1_982, 2 * AHEAD));
        reader.take(2_000);
        assertThat(store.windows).hasValue(3);
        hold.set(false);
        held.remove(0).tryEmitValue(true);
        assertThat(reader.names).isEqualTo(chain(1_982, 1_983));
        assertThat(reader.complete).isTrue();
    }

    @Test
    void readsTwiceAsMuchWithEachWindowUpToABound() {
        write(room.chain("e", 5_000).events());
        Reader reader = read(3_000, "e5000").take(3_000);
        assertThat(reader.complete).isTrue();
        assertThat(store.windows.get()).isLessThan(16);
        assertThat(store.windowPages.get()).isLessThanOrEqualTo(3_000 / PageId.LEVELS + 2);
        // Half of the pages that are asked for are second parts of buckets, which this room does not have.
        assertThat(store.largestWindow).hasValue(EventStore.MAX_WINDOW / 2);
    }

    @Test
    void readsNoPageBeyondTheLimit() {
        write(room.chain("e", 5_000).events());
        read(6 * AHEAD, "e4991").take(6 * AHEAD);
        assertThat(store.windowPages.get()).isLessThanOrEqualTo(6 * AHEAD / PageId.LEVELS + 2);
    }

    @Test
    void readsNothingAheadWhereAPageHasLittleForIt() {
        room.event("create").kind(EventKind.CREATE);
        for (int branch = 0; branch < 30; branch++) {
            room.event("b" + branch + ".0").after("create");
        }
        for (int i = 1; i < 300; i++) {
            for (int branch = 0; branch < 30; branch++) {
                room.event("b" + branch + "." + i).after("b" + branch + "." + (i - 1));
            }
        }
        write(room.events());
        hold.set(true);
        Reader reader = read(1_000, "b7.299");
        for (int i = 0; i < 200; i++) {
            reader.take(1);
            // No read is under way but one that is waited for.
            while (reader.names.size() <= i) {
                held.remove(0).tryEmitValue(true);
            }
            assertThat(held).isEmpty();
        }
    }

    @Test
    void cancelsWhatItReadsAheadWithTheWalk() {
        write(room.chain("e", 2_000).events());
        Reader reader = read(2_000, LAST).take(AHEAD);
        hold.set(true);
        reader.take(1);
        held.remove(0).tryEmitValue(true);
        assertThat(held).hasSize(1);
        reader.cancel();
        assertThat(cancelled).isTrue();
    }

    @Test
    void cancelsWhatItReadsAheadWhenTheRoomEnds() {
        write(room.chain("e", 2 * AHEAD).events());
        Reader reader = read(2_000, "e126").take(AHEAD);
        hold.set(true);
        reader.take(1);
        held.remove(0).tryEmitValue(true);
        assertThat(held).hasSize(1);
        assertThat(cancelled).isFalse();
        reader.take(2_000);
        assertThat(cancelled).isTrue();
        assertThat(reader.complete).isTrue();
        assertThat(reader.names).isEqualTo(chain(126, 127));
    }

    @Test
    void givesTheSameWhateverThreadAnswers() {
        write(room.chain("e", 3_000).events());
        EventStore elsewhere = new CountingStore(memory) {
            @Override
            public Mono<Pages> window(RoomId asked, Collection<PageId> pages) {
                return super.window(asked, pages).publishOn(Schedulers.parallel());
            }
        };
        Located located = Awaited.value(memory.locate(room.room(), List.of(id("e3000"))));
        for (int i = 0; i < 50; i++) {
            List<WalkedEvent> events = Awaited.value(new BackfillWalk(elsewhere)
                    .walk(located, 2_500, ALL, 1 + i)
                    .limitRate(1)
                    .collectList());
            assertThat(events)
                    .extracting(event -> event.id().value().substring(1))
                    .isEqualTo(chain(3_000, 2_500));
        }
    }

    @Test
    void keepsNoPageForAReaderThatHasStopped() {
        write(room.chain("e", 2_000).events());
        Reader reader = read(2_000, LAST).take(10);
        looks.advanceTimeBy(StoppedReaders.LOOKS_EVERY);
        reader.take(10);
        looks.advanceTimeBy(StoppedReaders.LOOKS_EVERY);
        reader.take(10);
        assertThat(store.windows).hasValue(1);

        looks.advanceTimeBy(StoppedReaders.LOOKS_EVERY.multipliedBy(2));
        assertThat(store.windows).hasValue(1);
        reader.take(10);
        assertThat(store.windows).hasValue(2);
        reader.take(2_000);
        assertThat(reader.names).isEqualTo(chain(1_982, 1_983));
    }

    @Test
    void keepsNoPageThatArrivesForAReaderThatHasStopped() {
        write(room.chain("e", 2_000).events());
        Reader reader = read(2_000, LAST).take(AHEAD);
        hold.set(true);
        reader.take(1);
        held.remove(0).tryEmitValue(true);
        looks.advanceTimeBy(StoppedReaders.LOOKS_EVERY.multipliedBy(2));
        hold.set(false);
        held.remove(0).tryEmitValue(true);
        assertThat(store.windows).hasValue(3);
        reader.take(AHEAD);
        assertThat(store.windows.get()).isGreaterThanOrEqualTo(4);
        assertThat(reader.names).isEqualTo(chain(1_982, 2 * AHEAD + 1));
    }

    @Test
    void takesNoReaderForStoppedThatWaitsForTheStore() {
        write(room.chain("e", 2_000).events());
        hold.set(true);
        Reader reader = read(2_000, LAST).take(1);
        looks.advanceTimeBy(StoppedReaders.LOOKS_EVERY.multipliedBy(5));
        held.remove(0).tryEmitValue(true);
        reader.take(10);
        assertThat(store.windows).hasValue(1);
    }

    @Test
    void watchesNobodyWhoHasGone() {
        write(room.chain("e", 2_000).events());
        read(2_000, LAST).take(10).cancel();
        read(20, LAST).take(20);
        looks.advanceTimeBy(StoppedReaders.LOOKS_EVERY);
        long looked = looks.getScheduledTaskCount();
        looks.advanceTimeBy(StoppedReaders.LOOKS_EVERY.multipliedBy(5));
        assertThat(looks.getScheduledTaskCount()).isEqualTo(looked);
    }

    @Test
    void keepsNoPageOfShownEventsEither() {
        write(room.chain("e", 100).events());
        StoredRoom stored = StoredRoom.read(memory, room.room());
        List<Place> places =
                IntStream.range(0, 30).mapToObj(i -> stored.place(id("e" + i))).toList();
        StepVerifier.create(
                        new ShownEvents(store, clock::get, looks)
                                .at(room.room(), places, ALL)
                                .map(WalkedEvent::id),
                        0)
                .thenRequest(10)
                .expectNextCount(10)
                .then(() -> looks.advanceTimeBy(StoppedReaders.LOOKS_EVERY))
                .thenRequest(10)
                .expectNextCount(10)
                .then(() -> assertThat(store.windows).hasValue(1))
                .then(() -> looks.advanceTimeBy(StoppedReaders.LOOKS_EVERY.multipliedBy(3)))
                .thenRequest(10)
                .expectNextCount(10)
                .then(() -> assertThat(store.windows).hasValue(2))
                .verifyComplete();
    }
}
