package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.VERSION;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

final class MemoryEventStoreTest extends EventStoreContract {
    private final EventStore store = new MemoryEventStore();

    @Override
    protected EventStore store() {
        return store;
    }

    @Test
    void letsWritersThatAlsoSealWorkAtOnce() {
        RoomBuilder room = line(600);
        List<NewEvent> events = room.events();
        Flux.range(0, 3)
                .flatMap(n -> {
                    List<NewEvent> mine = new ArrayList<>(events.subList(n * 200, n * 200 + 200));
                    Collections.shuffle(mine, new Random(n));
                    return Flux.range(0, 20)
                            .concatMap(i -> new RoomWriter(store())
                                    .write(room.room(), VERSION, mine.subList(i * 10, i * 10 + 10))
                                    .then(new SealSweep(store(), 1).sweep(room.room())))
                            .subscribeOn(Schedulers.parallel());
                })
                .blockLast();
        seal(room.room());
        assertHolds(room);
    }
}
