package dev.headwater.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.BackfillWalk;
import dev.headwater.history.CountingStore;
import dev.headwater.history.EventStore;
import dev.headwater.history.EventStoreContract;
import dev.headwater.history.Located;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.NewEvent;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomBuilder;
import dev.headwater.history.RoomWriter;
import dev.headwater.history.SealSweep;
import dev.headwater.history.Sight;
import dev.headwater.history.WalkedEvent;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class CachedEventStoreTest extends EventStoreContract {
    private static final long PLENTY = 64 * 1024 * 1024;
    private static final ServerName ASKER = ServerName.parse("asker.test");
    private static final Duration LONG = Duration.ofSeconds(30);

    private final MemoryEventStore memory = new MemoryEventStore();
    private final CountingStore counted = new CountingStore(memory);
    private final AtomicLong nanos = new AtomicLong();
    private final CachedEventStore store = new CachedEventStore(counted, PLENTY, nanos::get);

    @Override
    protected EventStore store() {
        return store;
    }

    @Test
    void readsNothingForWhatItHoldsWhileTheLeaseLasts() {
        RoomBuilder room = stored(200);
        List<String> first = walk(store, room, "e200");
        assertThat(walk(store, room, "e200")).isEqualTo(first);
        long plans = counted.plans.get();
        long windows = counted.windows.get();

        assertThat(walk(store, room, "e200")).isEqualTo(first);

        assertThat(counted.plans).hasValue(plans);
        assertThat(counted.windows).hasValue(windows);
        assertThat(counted.locates).hasValue(1);
    }

    @Test
    void readsTheHeadAloneForWhatItHoldsWhenTheLeaseIsOver() {
        RoomBuilder room = stored(200);
        List<String> first = walk(store, room, "e200");
        assertThat(first).hasSize(201);
        long windows = counted.windows.get();
        leaseEnds();

        assertThat(walk(store, room, "e200")).isEqualTo(first);

        assertThat(counted.windows).hasValue(windows);
        assertThat(counted.locates).hasValue(1);
        assertThat(counted.plans).hasValue(1);
        assertThat(counted.planPages).hasValue(0);
    }

    @Test
    void showsAMarkThatAnotherProcessHasWrittenWhenTheLeaseIsOver() {
        RoomBuilder room = stored(40);
        walk(store, room, "e40");
        walk(store, room, "e40");
        redactE20(memory, room);
        leaseEnds();

        showsRedacted(room, "e20");
    }

    @Test
    void showsAMarkOfItsOwnAtOnce() {
        RoomBuilder room = stored(40);
        walk(store, room, "e40");
        walk(store, room, "e40");
        redactE20(store, room);

        showsRedacted(room, "e20");
    }

    @Test
    void knowsAtOnceWhomItHasAdmittedAndInTimeWhomOthersHave() {
        RoomBuilder room = stored(1);
        admit(memory, room, Set.of(ASKER));
        assertThat(isJoined(room)).isTrue();

        admit(store, room, Set.of());
        assertThat(isJoined(room)).isFalse();

        admit(memory, room, Set.of(ASKER));
        leaseEnds();
        assertThat(isJoined(room)).isTrue();
    }

    private static void redactE20(EventStore store, RoomBuilder room) {
        room.event("redaction").after("e40").redacts("e20");
        new RoomWriter(store)
                .write(room.room(), RoomBuilder.VERSION, List.of(room.get("redaction")))
                .block(LONG);
    }

    private static void admit(EventStore store, RoomBuilder room, Set<ServerName> joined) {
        store.admit(room.room(), new RoomAdmission(joined, List.of())).block(LONG);
    }

    private boolean isJoined(RoomBuilder room) {
        return Objects.requireNonNull(store.admission(room.room(), ASKER).block(LONG))
                .joined();
    }

    private void leaseEnds() {
        nanos.addAndGet(CachedEventStore.LEASE.toNanos());
    }

    private void showsRedacted(RoomBuilder room, String name) {
        List<WalkedEvent> walked = walked(store, room, "e40").block(LONG);

        assertThat(walked)
                .hasSize(41)
                .filteredOn(WalkedEvent::redacted)
                .singleElement()
                .satisfies(event -> assertThat(event.id()).isEqualTo(RoomBuilder.id(name)));
    }

    @Test
    void keepsBodiesWhereOnlySideDataHasChanged() {
        RoomBuilder room = stored(40);
        walk(store, room, "e40");
        long windows = counted.windows.get();
        room.event("redaction").after("e1").redacts("missing").ts(1);
        new RoomWriter(memory)
                .write(room.room(), RoomBuilder.VERSION, List.of(room.get("redaction")))
                .block(LONG);

        assertThat(walk(store, room, "e1")).hasSize(2);

        assertThat(counted.windows.get() - windows)
                .as("the page that the new event went to")
                .isLessThanOrEqualTo(1);
        assertThat(walk(store, room, "e40")).hasSize(41);
    }

    @Test
    void keepsBodiesOfPagesThatAnotherProcessHasSealed() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 0);
        for (int i = 1; i <= 80; i++) {
            room.event("e" + i).after("e" + (i - 1)).body("{\"text\":\"" + "rain ".repeat(40) + i + "\"}");
        }
        new RoomWriter(memory)
                .write(room.room(), RoomBuilder.VERSION, room.events())
                .block(LONG);
        List<String> first = walk(store, room, "e80");
        long windows = counted.windows.get();
        assertThat(new SealSweep(memory).sweep(room.room()).block(LONG)).isEqualTo(2);

        List<WalkedEvent> walked =
                Objects.requireNonNull(walked(store, room, "e80").block(LONG));

        assertThat(counted.windows).hasValue(windows);
        assertThat(walked).extracting(event -> event.id().value()).isEqualTo(first);
        assertThat(walked)
                .allSatisfy(event -> assertThat(
                                Arrays.copyOfRange(event.page(), event.offset(), event.offset() + event.length()))
                        .isEqualTo(room.get(event.id().value().substring(1)).body()));
    }

    @Test
    void answersAThousandAtOnceByFiveReads() {
        RoomBuilder room = stored(100);
        memory.admit(room.room(), new RoomAdmission(Set.of(ASKER), List.of())).block(LONG);
        Sinks.One<Boolean> gate = Sinks.one();
        AtomicLong reads = new AtomicLong();
        CachedEventStore slow = new CachedEventStore(new Gated(memory, gate.asMono(), reads), PLENTY);
        Mono<List<String>> one = Mono.zip(
                        slow.admission(room.room(), ASKER), slow.locate(room.room(), List.of(RoomBuilder.id("e100"))))
                .flatMap(both -> new BackfillWalk(slow)
                        .walk(both.getT2(), 100, side -> Sight.SHOWN, 100)
                        .map(event -> event.id().value())
                        .collectList());
        Mono<List<List<String>>> all =
                Flux.range(0, 1_000).flatMap(i -> one, 1_000).collectList().cache();
        all.subscribe();

        gate.tryEmitValue(true).orThrow();

        List<List<String>> answers = Objects.requireNonNull(all.block(LONG));
        assertThat(answers)
                .hasSize(1_000)
                .allSatisfy(answer -> assertThat(answer).isEqualTo(names(100)));
        assertThat(reads.get()).isLessThanOrEqualTo(5);
    }

    @Test
    void nobodyIsGivenWhatWasReadBeforeTheyAsked() {
        RoomBuilder room = stored(10);
        walk(store, room, "e10");
        Sinks.One<Boolean> gate = Sinks.one();
        CachedEventStore slow = new CachedEventStore(new Gated(memory, gate.asMono(), new AtomicLong()), PLENTY);
        Mono<Pages> early = slow.plan(room.room(), List.of()).cache();
        early.subscribe();
        room.event("later").after("e10");
        new RoomWriter(memory)
                .write(room.room(), RoomBuilder.VERSION, List.of(room.get("later")))
                .block(LONG);
        Mono<Pages> late = slow.plan(room.room(), List.of()).cache();
        late.subscribe();

        gate.tryEmitValue(true).orThrow();

        assertThat(Objects.requireNonNull(late.block(LONG)).head().events()).isEqualTo(12);
        assertThat(Objects.requireNonNull(early.block(LONG)).head().events()).isEqualTo(11);
    }

    @Test
    void readsAnewWhatItWasToldToForget() {
        RoomBuilder room = stored(40);
        walk(store, room, "e40");
        long windows = counted.windows.get();

        store.forget();

        assertThat(walk(store, room, "e40")).hasSize(41);
        assertThat(counted.windows.get()).isGreaterThan(windows);
        assertThat(counted.locates).hasValue(2);
    }

    @Test
    void holdsNoMoreThanItMay() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("e0");
        for (int i = 1; i <= 600; i++) {
            room.event("e" + i).after("e" + (i - 1)).body(new byte[1_000]);
        }
        write(room.room(), room.events());
        long most = 200_000;
        CachedEventStore small = new CachedEventStore(memory, most);

        assertThat(walk(small, room, "e600")).hasSize(601);
        assertThat(walk(small, room, "e600")).hasSize(601);

        assertThat(small.heldBytes()).isBetween(1L, most);
    }

    @Test
    void letsGoInTimeOfWhatNobodyAsksFor() {
        AtomicLong nanos = new AtomicLong();
        CachedEventStore aging = new CachedEventStore(memory, PLENTY, nanos::get);
        RoomBuilder room = stored(40);
        walk(aging, room, "e40");
        assertThat(aging.heldBytes()).isPositive();

        nanos.set(CachedEventStore.LONGEST.toNanos() + 1);

        assertThat(aging.heldBytes()).isZero();
        assertThat(walk(aging, room, "e40")).hasSize(41);
    }

    private RoomBuilder stored(int events) {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", events);
        write(room.room(), room.events());
        return room;
    }

    private void write(RoomId room, List<NewEvent> events) {
        new RoomWriter(memory).write(room, RoomBuilder.VERSION, events).block(LONG);
    }

    private static Mono<List<WalkedEvent>> walked(EventStore store, RoomBuilder room, String from) {
        return new BackfillWalk(store)
                .walk(
                        room.room(),
                        List.of(RoomBuilder.id(from)),
                        1_000,
                        side -> side.marked() ? Sight.REDACTED : Sight.SHOWN)
                .collectList();
    }

    private static List<String> walk(EventStore store, RoomBuilder room, String from) {
        return Objects.requireNonNull(walked(store, room, from).block(LONG)).stream()
                .map(event -> event.id().value())
                .toList();
    }

    private static List<String> names(int highest) {
        return IntStream.iterate(highest, i -> i > 0, i -> i - 1)
                .mapToObj(i -> RoomBuilder.id("e" + i).value())
                .toList();
    }

    /** Reads at once and answers when the gate opens; counts the reads that requests make. */
    private static final class Gated extends CountingStore {
        private final Mono<Boolean> gate;
        private final AtomicLong reads;

        Gated(EventStore store, Mono<Boolean> gate, AtomicLong reads) {
            super(store);
            this.gate = gate;
            this.reads = reads;
        }

        private <T> Mono<T> held(Mono<T> read) {
            return Mono.defer(() -> {
                reads.incrementAndGet();
                return read.delayUntil(value -> gate);
            });
        }

        @Override
        public Mono<Located> locate(RoomId room, Collection<EventId> events) {
            return held(super.locate(room, events));
        }

        @Override
        public Mono<Pages> plan(RoomId room, Collection<PageId> pages) {
            return held(super.plan(room, pages));
        }

        @Override
        public Mono<Pages> window(RoomId room, Collection<PageId> pages) {
            return held(super.window(room, pages));
        }

        @Override
        public Mono<RoomAdmission.OfServer> admission(RoomId room, ServerName server) {
            return held(super.admission(room, server));
        }
    }
}
