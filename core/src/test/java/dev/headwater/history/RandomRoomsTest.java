package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.access.Sight;
import dev.headwater.history.RandomRooms.Arrival;
import dev.headwater.history.RandomRooms.Drawn;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/**
 * Random rooms against a plain model. {@code -Dheadwater.rooms=N} draws more of them, {@code -Dheadwater.seed=S} draws
 * the room of a failure first.
 */
final class RandomRoomsTest {
    private static final int ROOMS = Integer.getInteger("headwater.rooms", 1_000);
    private static final long SEED = Long.getLong("headwater.seed", System.nanoTime());

    private static final Function<Side, Sight> BY_ID =
            side -> switch (Math.floorMod(side.id().value().hashCode(), 17)) {
                case 0 -> Sight.WITHHELD;
                case 1, 2 -> Sight.REDACTED;
                default -> Sight.SHOWN;
            };

    @Test
    void walksEveryRoomLikeThePlainModelHoweverItArrived() {
        for (int i = 0; i < ROOMS; i++) {
            long seed = SEED + i;
            try {
                check(RandomRooms.draw(seed));
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("-Dheadwater.seed=" + seed + ": " + failure.getMessage(), failure);
            }
        }
    }

    private static void check(Drawn drawn) {
        EventStore store = new CountingStore(new MemoryEventStore());
        Random random = new Random(drawn.seed() + 1);
        List<EventId> reachedInOrder = null;
        for (Arrival arrival : Arrival.values()) {
            RoomId room = drawn.room(arrival);
            int taken = 0;
            for (List<NewEvent> batch : drawn.arriving(arrival)) {
                WriteResult result = Awaited.value(new RoomWriter(store).write(room, RoomBuilder.VERSION, batch));
                assertThat(result.refused()).isEmpty();
                taken += result.taken();
            }
            assertThat(taken).isEqualTo(drawn.events().size());
            StoredRoom stored = StoredRoom.read(store, room).assertSound(store, room);
            for (int width : new int[] {Descent.FIRST_WIDTH, 1 + random.nextInt(3)}) {
                for (Function<Side, Sight> sight : List.of(BY_ID, (Function<Side, Sight>) side -> Sight.SHOWN)) {
                    walk(
                            drawn,
                            store,
                            room,
                            stored,
                            sight,
                            1 + random.nextInt(drawn.events().size() + 3),
                            width,
                            random);
                }
            }
            List<EventId> reached =
                    PlainWalk.walk(stored, drawn.events(), drawn.starts(), Long.MAX_VALUE, s -> Sight.SHOWN);
            if (reachedInOrder == null) {
                reachedInOrder = reached;
            } else if (drawn.honest()) {
                assertThat(reached).as("order, %s", arrival).isEqualTo(reachedInOrder);
            }
            assertThat(walked(new BackfillWalk(store)
                            .walk(room, drawn.starts(), Long.MAX_VALUE, s -> Sight.SHOWN)
                            .collectList()
                            .block()))
                    .as("what is reached, %s", arrival)
                    .containsExactlyInAnyOrderElementsOf(reachedInOrder);
        }
    }

    private static List<EventId> walked(@org.jspecify.annotations.Nullable List<WalkedEvent> events) {
        return Awaited.present(events).stream().map(WalkedEvent::id).toList();
    }

    private static void walk(
            Drawn drawn,
            EventStore store,
            RoomId room,
            StoredRoom stored,
            Function<Side, Sight> sight,
            long limit,
            int width,
            Random random) {
        ByPortions reader = new ByPortions(random);
        new BackfillWalk(store, System::nanoTime, width)
                .walk(room, drawn.starts(), limit, sight)
                .subscribe(reader);
        List<EventId> ids = reader.events.stream().map(WalkedEvent::id).toList();
        assertThat(reader.failure).isNull();
        assertThat(reader.completed).isTrue();
        assertThat(ids)
                .as("limit %d, width %d", limit, width)
                .isEqualTo(PlainWalk.walk(stored, drawn.events(), drawn.starts(), limit, sight));
        assertChildrenFirst(drawn, ids);
        for (WalkedEvent event : reader.events) {
            assertThat(Arrays.copyOfRange(event.page(), event.offset(), event.offset() + event.length()))
                    .isEqualTo(stored.body(event.id()));
            assertThat(event.redacted()).isEqualTo(sight.apply(stored.side(event.id())) == Sight.REDACTED);
        }
    }

    private static void assertChildrenFirst(Drawn drawn, List<EventId> ids) {
        Map<EventId, NewEvent> byId = new HashMap<>();
        drawn.events().forEach(event -> byId.put(event.id(), event));
        Set<EventId> seen = new HashSet<>();
        for (EventId id : ids) {
            assertThat(seen.add(id)).as("once: %s", id).isTrue();
            assertThat(Awaited.present(byId.get(id)).prevEvents()).doesNotContainAnyElementsOf(seen);
        }
    }

    /** Asks for a few events at a time, sometimes from within a signal. */
    private static final class ByPortions extends BaseSubscriber<WalkedEvent> {
        final List<WalkedEvent> events = new ArrayList<>();

        @org.jspecify.annotations.Nullable
        Throwable failure;

        boolean completed;
        private final Random random;
        private long due;

        ByPortions(Random random) {
            this.random = random;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            ask();
        }

        private void ask() {
            due = 1 + random.nextInt(50);
            request(due);
        }

        @Override
        protected void hookOnNext(WalkedEvent event) {
            events.add(event);
            if (--due == 0) {
                ask();
            }
        }

        @Override
        protected void hookOnError(Throwable thrown) {
            failure = thrown;
        }

        @Override
        protected void hookOnComplete() {
            completed = true;
        }
    }
}
