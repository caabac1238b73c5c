package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

final class ShownEventsTest {
    private final RoomBuilder room = new RoomBuilder("!shown:a.test").chain("e", 700);
    private final MemoryEventStore memory = new MemoryEventStore();
    private final CountingStore store = new CountingStore(memory);

    private List<Place> places(IntStream numbers) {
        Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, room.events()));
        StoredRoom stored = StoredRoom.read(memory, room.room());
        return numbers.mapToObj(i -> stored.place(id("e" + i))).toList();
    }

    @Test
    void readsPagesAsTheyAreAskedForAndEachOnce() {
        List<Place> places = places(IntStream.range(0, 700));
        StepVerifier.create(new ShownEvents(store).at(room.room(), places, side -> Sight.SHOWN), 0)
                .then(() -> assertThat(store.windows).hasValue(0))
                .thenRequest(1)
                .assertNext(event -> assertThat(event.id()).isEqualTo(id("e0")))
                .then(() -> assertThat(store.windows).hasValue(1))
                .thenRequest(699)
                .expectNextCount(699)
                .verifyComplete();
        assertThat(store.windowPages.get())
                .isEqualTo(places.stream().map(Place::page).distinct().count());
        assertThat(store.largestWindow.get()).isLessThanOrEqualTo(EventStore.MAX_WINDOW);
    }

    @Test
    void leavesOutWhatIsWithheldAndSaysWhatIsRedacted() {
        List<Place> places = places(IntStream.of(5, 3, 600, 4));
        Viewer viewer = side ->
                side.id().equals(id("e3")) ? Sight.WITHHELD : side.id().equals(id("e4")) ? Sight.REDACTED : Sight.SHOWN;
        List<WalkedEvent> events = Awaited.value(
                new ShownEvents(store).at(room.room(), places, viewer).collectList());
        assertThat(events).extracting(WalkedEvent::id).containsExactly(id("e5"), id("e600"), id("e4"));
        assertThat(events).extracting(WalkedEvent::redacted).containsExactly(false, false, true);
    }

    @Test
    void failsWhereThereIsNoEvent() {
        Place last = places(IntStream.of(700)).get(0);
        List<Place> none = List.of(new Place(last.page(), last.slot() + 1));
        assertThatThrownBy(() -> new ShownEvents(store)
                        .at(room.room(), none, side -> Sight.SHOWN)
                        .blockLast())
                .isInstanceOf(IllegalStateException.class);
    }
}
