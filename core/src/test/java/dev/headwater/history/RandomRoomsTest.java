package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.RandomRooms.Arrival;
import dev.headwater.history.RandomRooms.Drawn;
import dev.headwater.id.RoomId;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random rooms against a plain model. {@code -Dheadwater.rooms=N} draws more of them, {@code -Dheadwater.seed=S} draws
 * the room of a failure first.
 */
final class RandomRoomsTest {
    private static final int ROOMS = Integer.getInteger("headwater.rooms", 500);
    private static final long SEED = Long.getLong("headwater.seed", 20261127);

    @Test
    void walksEveryRoomLikeThePlainModelHoweverItArrived() {
        for (int i = 0; i < ROOMS; i++) {
            long seed = SEED + i;
            try {
                RandomRoomsCheck.check(new MemoryEventStore(), RandomRooms.draw(seed));
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("-Dheadwater.seed=" + seed + ": " + failure.getMessage(), failure);
            }
        }
    }

    @Test
    void drawsRoomsInWhichThingsHappen() {
        Set<String> happened = new HashSet<>();
        for (long seed = 0; seed < 300; seed++) {
            Drawn drawn = RandomRooms.draw(seed);
            EventStore store = new MemoryEventStore();
            RoomId room = drawn.room(Arrival.SHUFFLED);
            drawn.arriving(Arrival.SHUFFLED)
                    .forEach(batch -> new RoomWriter(store)
                            .write(room, RoomBuilder.VERSION, batch)
                            .block());
            StoredRoom stored = StoredRoom.read(store, room);
            RoomAdmission admission = Awaited.value(new CurrentState(store).of(room));
            note(happened, "raises", stored.head().raises() > 0);
            note(happened, "a sweep is due", stored.head().sweepFrom() != RoomHead.NOTHING_TO_SWEEP);
            note(happened, "somebody is in it", !admission.joined().isEmpty());
            note(happened, "nobody is in it", admission.joined().isEmpty());
            note(happened, "several ACLs", admission.acls().size() > 1);
            note(
                    happened,
                    "negative depths",
                    stored.events().stream().anyMatch(id -> stored.side(id).correctedDepth() < 0));
            note(
                    happened,
                    "a merge of very many",
                    drawn.events().stream().anyMatch(event -> event.prevEvents().size() > 12));
        }
        assertThat(happened).hasSize(7);
    }

    private static void note(Set<String> happened, String what, boolean does) {
        if (does) {
            happened.add(what);
        }
    }
}
