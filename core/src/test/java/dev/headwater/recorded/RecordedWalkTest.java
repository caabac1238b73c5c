package dev.headwater.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.history.BackfillWalk;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.Sight;
import dev.headwater.history.StoredRoom;
import dev.headwater.history.WalkedEvent;
import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Walks through real rooms, from many starting points, however the rooms arrived, against what the edges say.
 * {@code -Dheadwater.seed=S} repeats a failure.
 */
class RecordedWalkTest {
    private static final long SEED = Long.getLong("headwater.seed", 20261127);
    private static final int STARTS = 60;
    private static final Comparator<Pdu> NEWEST_FIRST = Comparator.comparingLong(Pdu::depth)
            .thenComparingLong(Pdu::originServerTs)
            .reversed()
            .thenComparing(Pdu::id);

    static List<RecordedRoom> rooms() {
        return RecordedRooms.all();
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void asItHappened(RecordedRoom room) {
        walk(room, order -> order);
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void newestFirst(RecordedRoom room) {
        walk(room, order -> {
            Collections.reverse(order);
            return order;
        });
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void shuffled(RecordedRoom room) {
        walk(room, order -> {
            Collections.shuffle(order, new Random(SEED));
            return order;
        });
    }

    private static void walk(RecordedRoom room, UnaryOperator<List<EventId>> arrival) {
        EventStore store = new MemoryEventStore();
        room.write(store, arrival.apply(new ArrayList<>(room.events().keySet())));
        StoredRoom stored = StoredRoom.read(store, room.id()).assertSound(store, room.id());
        for (Pdu pdu : room.events().values()) {
            assertThat(stored.side(pdu.id()).correctedDepth())
                    .as("these servers claim true depths: nothing to correct in %s", pdu)
                    .isEqualTo(pdu.depth());
        }
        Random random = new Random(SEED);
        for (List<EventId> starts : starts(room, random)) {
            int reachable = room.reachable(starts).size();
            for (int limit : new int[] {1, 1 + random.nextInt(reachable), reachable, Integer.MAX_VALUE}) {
                try {
                    check(room, store, starts, limit);
                } catch (AssertionError failure) {
                    throw new AssertionError(
                            "-Dheadwater.seed=" + SEED + ", limit " + limit + ", from " + starts + ": "
                                    + failure.getMessage(),
                            failure);
                }
            }
        }
    }

    /** All that has no child, single events, and several at once, among them ancestors of each other and strangers. */
    private static List<List<EventId>> starts(RecordedRoom room, Random random) {
        List<EventId> all = new ArrayList<>(room.events().keySet());
        List<List<EventId>> starts = new ArrayList<>();
        starts.add(List.copyOf(room.extremities(all)));
        starts.add(List.of(all.get(0)));
        Collections.shuffle(all, random);
        // The longest room takes as long as all others together.
        int atMost = all.size() > 1_000 ? STARTS / 10 : STARTS;
        all.stream().limit(atMost).forEach(id -> starts.add(List.of(id)));
        for (int i = 0; i < atMost / 3; i++) {
            List<EventId> several = new ArrayList<>();
            for (int j = 2 + random.nextInt(5); j > 0; j--) {
                several.add(all.get(random.nextInt(all.size())));
            }
            several.add(EventId.parse("$nobody:has.it"));
            starts.add(several);
        }
        return starts;
    }

    private static void check(RecordedRoom room, EventStore store, List<EventId> starts, int limit) {
        List<WalkedEvent> walked = Objects.requireNonNull(new BackfillWalk(store)
                .walk(room.id(), starts, limit, side -> Sight.SHOWN)
                .collectList()
                .block());
        Set<EventId> emitted = new HashSet<>();
        for (WalkedEvent event : walked) {
            Pdu pdu = room.event(event.id());
            assertThat(emitted.add(event.id())).as("once: %s", pdu).isTrue();
            assertThat(pdu.prevEvents().stream().noneMatch(emitted::contains))
                    .as("before its parents: %s", pdu)
                    .isTrue();
            assertThat(Arrays.equals(
                            event.page(),
                            event.offset(),
                            event.offset() + event.length(),
                            pdu.bytes(),
                            0,
                            pdu.bytes().length))
                    .as("the bytes of %s", pdu)
                    .isTrue();
        }
        Set<EventId> reachable = room.reachable(starts);
        assertThat(walked).hasSize(Math.min(limit, reachable.size()));
        assertThat(walked.stream().map(WalkedEvent::id))
                .as("the newest of what the edges lead to")
                .containsExactlyElementsOf(reachable.stream()
                        .map(room::event)
                        .sorted(NEWEST_FIRST)
                        .limit(limit)
                        .map(Pdu::id)
                        .toList());
    }
}
