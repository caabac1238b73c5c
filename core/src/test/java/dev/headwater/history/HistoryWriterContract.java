package dev.headwater.history;

import static dev.headwater.history.Awaited.value;
import static dev.headwater.history.RoomBuilder.VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What a writer of much history seals as it writes, over any store. */
public abstract class HistoryWriterContract extends SealingContract {
    @Test
    public void aWriterOfHistorySealsWhatItFillsAndAppendsNothingToIt() {
        RoomBuilder room = line(160);
        CountingStore counting = new CountingStore(store());

        value(RoomWriter.ofHistory(counting, true).write(room.room(), VERSION, room.events()));

        assertThat(counting.appends).hasValue(0);
        assertThat(sealed(room.room()).values()).hasSize(5).containsOnly(true);
        assertThat(sound(room.room()).head().sealFrom()).isEqualTo(RoomHead.NOTHING_TO_SWEEP);
        assertHolds(room);
    }

    @Test
    public void aWriterOfHistoryLeavesPagesThatMayGrowOpen() {
        RoomBuilder room = line(150);
        write(store(), room.room(), room.events().subList(0, 1));

        value(RoomWriter.ofHistory(store(), true).write(room.room(), VERSION, room.events()));

        assertThat(sealed(room.room()).values()).containsExactly(false, true, true, true, false);
        assertThat(sound(room.room()).head().sealFrom()).isZero();
        assertHolds(room);
        assertThat(seal(room.room())).isEqualTo(1);
        assertHolds(room);
    }

    @Test
    public void aBatchOfHistoryLeavesAPageThatItDoesNotFillForTheNext() {
        RoomBuilder room = line(WriteRun.MAX_HISTORY_EVENTS + 96);
        write(store(), room.room(), room.events().subList(0, 5));
        CountingStore counting = new CountingStore(store());

        value(RoomWriter.ofHistory(counting, true)
                .write(
                        room.room(),
                        VERSION,
                        room.events().subList(5, room.events().size())));

        assertThat(counting.publishes).hasValue(2);
        assertThat(sealed(room.room()).values())
                .hasSize(35)
                .startsWith(false, true)
                .containsOnlyOnce(false);
        assertHolds(room);
    }

    @Test
    public void aWriterOfHistoryFillsUpAPageThatSomebodyElseHasOpenedMeanwhile() {
        RoomBuilder room = line(64);
        AtomicBoolean late = new AtomicBoolean();
        EventStore raced = new CountingStore(store()) {
            @Override
            public Mono<Boolean> publish(Publication publication) {
                return late.getAndSet(true)
                        ? super.publish(publication)
                        : new RoomWriter(HistoryWriterContract.this.store())
                                .write(room.room(), VERSION, room.events().subList(0, 1))
                                .then(super.publish(publication));
            }
        };

        value(RoomWriter.ofHistory(raced, true).write(room.room(), VERSION, room.events()));

        assertThat(sealed(room.room()).values()).containsExactly(false, true);
        assertHolds(room);
    }
}
