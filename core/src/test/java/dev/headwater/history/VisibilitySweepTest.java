package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.VERSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

final class VisibilitySweepTest {
    private final MemoryEventStore memory = new MemoryEventStore();
    private final CountingStore store = new CountingStore(memory);
    private final RoomBuilder room = new RoomBuilder("!sweep:a.test");

    private void write(List<NewEvent> events) {
        Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, events));
    }

    private StoredRoom stored() {
        return StoredRoom.read(memory, room.room()).assertSound(memory, room.room());
    }

    private long open() {
        StoredRoom stored = stored();
        return stored.events().stream()
                .filter(id -> stored.side(id).visibility() == Visibility.OPEN)
                .count();
    }

    @Test
    void doesNothingWhereNothingIsDue() {
        assertThat(new VisibilitySweep(store).sweep(room.room()).block()).isZero();
        write(room.chain("e", 100).events());
        assertThat(new VisibilitySweep(store).sweep(room.room()).block()).isZero();
        assertThat(store.reads()).isEqualTo(2);
        assertThat(store.publishes).hasValue(0);
    }

    @Test
    void opensWhatFollowsOldHistoryThatCameLast() {
        List<NewEvent> events = room.chain("e", 5_000).events();
        write(events.subList(2_001, 5_001));
        write(events.subList(0, 2_001));
        assertThat(open()).isEqualTo(2_001);
        assertThat(new VisibilitySweep(store).sweep(room.room()).block()).isEqualTo(3_000);
        assertThat(open()).isEqualTo(5_001);
        assertThat(stored().head().sweepFrom()).isEqualTo(RoomHead.NOTHING_TO_SWEEP);
        assertThat(store.publishedPages.get()).isLessThan(3_000 / 32 + 3);
    }

    @Test
    void mendsAWideStarInBoundedPublishes() {
        room.event("hub").kind(EventKind.CREATE).depth(5);
        for (int i = 0; i < 10_000; i++) {
            room.event("ray" + i).after("hub").depth(100);
        }
        List<NewEvent> events = room.events();
        write(events.subList(1, events.size()));
        write(events.subList(0, 1));
        assertThat(new VisibilitySweep(store).sweep(room.room()).block()).isEqualTo(10_000);
        assertThat(open()).isEqualTo(10_001);
        assertThat(stored().head().lazyEdges()).isFalse();
        assertThat(store.publishes.get()).isLessThan(6);
    }

    @Test
    void goesOnWhereItWasStopped() {
        List<NewEvent> events = room.chain("e", 2_000).events();
        write(events.subList(1_001, 2_001));
        write(events.subList(0, 1_001));
        AtomicInteger left = new AtomicInteger(11);
        EventStore dying = new CountingStore(memory) {
            @Override
            public Mono<Boolean> publish(Publication publication) {
                return left.getAndDecrement() > 0
                        ? super.publish(publication)
                        : Mono.error(new StoreUnavailableException("killed", new IllegalStateException()));
            }
        };
        assertThatThrownBy(() -> new VisibilitySweep(dying).sweep(room.room()).block())
                .isInstanceOf(StoreUnavailableException.class);
        long half = open();
        assertThat(half).isBetween(1_002L, 2_000L);
        assertThat(stored().head().sweepFrom()).isGreaterThan(PageId.bucketOf(1_001));
        assertThat(new VisibilitySweep(store).sweep(room.room()).block()).isEqualTo(2_001 - half);
    }

    @Test
    void goesBackWhenSomebodyWritesBelowIt() {
        List<NewEvent> events = room.chain("e", 900).events();
        write(events.subList(601, 901));
        write(events.subList(301, 600));
        write(events.subList(600, 601));
        AtomicInteger calls = new AtomicInteger();
        EventStore interrupted = new CountingStore(memory) {
            @Override
            public Mono<Boolean> publish(Publication publication) {
                if (calls.incrementAndGet() == 2) {
                    write(events.subList(0, 301));
                }
                return super.publish(publication);
            }
        };
        RoomBuilder other = new RoomBuilder(room.room());
        other.event("root").kind(EventKind.CREATE).depth(1);
        other.event("x").after("root").depth(2);
        other.event("y").after("x").depth(640);
        write(List.of(other.get("y")));
        write(List.of(other.get("root")));
        write(List.of(other.get("x")));
        new VisibilitySweep(interrupted).sweep(room.room()).block();
        assertThat(calls.get()).isGreaterThan(2);
        assertThat(stored().events()).hasSize(904);
        assertThat(open()).isEqualTo(904);
    }
}
