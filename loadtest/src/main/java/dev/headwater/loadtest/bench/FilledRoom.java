package dev.headwater.loadtest.bench;

import dev.headwater.event.EventGate;
import dev.headwater.event.Pdu;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.history.NewEvent;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomWriter;
import dev.headwater.history.SealSweep;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.loadtest.RoomGenerator;
import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.sign.PduSignatures;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A generated room that stands in Redis.
 *
 * @param samples places to start from: as many events as were asked for, made one after another, the newest last
 * @param rawBytes of all events together
 */
record FilledRoom(RoomShape shape, RoomId id, List<List<EventId>> samples, EventId newest, long rawBytes) {
    private static final int BATCH = 256;
    private static final int SAMPLES = 2_000;

    FilledRoom {
        samples = List.copyOf(samples);
    }

    /**
     * Makes a room and writes it, on two threads: through the gate, trusting the signatures that it has just made.
     *
     * @param group events a sample
     * @param behind no sample begins among so many oldest events
     * @param perKey is given each event as well, under a key of its own; null for none
     */
    static FilledRoom fill(String redis, RoomShape shape, int group, int behind, @Nullable EventPerGet perKey) {
        RedisEventStore store = Objects.requireNonNull(
                RedisEventStore.connect(Patience.with(redis)).block());
        try {
            return new Filling(shape, group, behind, store, perKey).run();
        } finally {
            store.close().block();
        }
    }

    /** Has its pages compressed, as an import does when it ends. */
    FilledRoom seal(String redis) {
        RedisEventStore store = Objects.requireNonNull(
                RedisEventStore.connect(Patience.with(redis)).block());
        try {
            new SealSweep(store).sweep(id).block();
            return this;
        } finally {
            store.close().block();
        }
    }

    private static final class Filling {
        private final RoomShape shape;
        private final int group;
        private final RedisEventStore store;
        private final @Nullable EventPerGet perKey;
        private final Random random;
        private final int oldest;
        private final Deque<EventId> last = new ArrayDeque<>();
        private final List<List<EventId>> samples = new ArrayList<>();
        private long made;
        private long rawBytes;
        private @Nullable Pdu newest;

        Filling(RoomShape shape, int group, int behind, RedisEventStore store, @Nullable EventPerGet perKey) {
            this.shape = shape;
            this.group = group;
            this.store = store;
            this.perKey = perKey;
            this.random = new Random(shape.seed());
            this.oldest = Math.min(behind, shape.events() - 1);
        }

        FilledRoom run() {
            RoomWriter writer = new RoomWriter(store);
            RoomGenerator generator = new RoomGenerator(shape, SignatureProvider.fastest());
            Flux.<Pdu>generate(sink -> {
                        if (generator.hasNext()) {
                            sink.next(generator.next());
                        } else {
                            sink.complete();
                        }
                    })
                    .doOnNext(this::note)
                    .buffer(BATCH)
                    .subscribeOn(Schedulers.single(), true)
                    .publishOn(Schedulers.boundedElastic(), 2)
                    .concatMap(
                            batch -> {
                                List<NewEvent> admitted = batch.stream()
                                        .map(pdu -> EventGate.admit(pdu, PduSignatures.trusting(pdu)))
                                        .toList();
                                Mono<Void> beside = perKey == null ? Mono.empty() : perKey.load(batch);
                                return beside.then(writer.write(batch.get(0).room(), shape.version(), admitted));
                            },
                            1)
                    .blockLast();
            Pdu end = Objects.requireNonNull(newest);
            store.admit(end.room(), new RoomAdmission(Set.copyOf(shape.servers()), List.of()))
                    .block();
            return new FilledRoom(shape, end.room(), samples, end.id(), rawBytes);
        }

        private void note(Pdu pdu) {
            newest = pdu;
            rawBytes += pdu.bytes().length;
            last.addLast(pdu.id());
            if (last.size() > group) {
                last.removeFirst();
            }
            made++;
            // All places are as likely: of those that remain, as many are taken as are still wanted.
            if (made > oldest
                    && last.size() == group
                    && random.nextInt((int) (shape.events() - made) + 1) < SAMPLES - samples.size()) {
                samples.add(List.copyOf(last));
            }
        }
    }
}
