package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class AnchorsTest {
    private final MemoryEventStore store = new MemoryEventStore();
    private final RoomBuilder room = new RoomBuilder("!anchored:a.test");
    private final Anchors anchors = new Anchors(store);

    private Visibility openness(String event) {
        return StoredRoom.read(store, room.room()).side(RoomBuilder.id(event)).visibility();
    }

    private void writeWithoutBeginning() {
        room.chain("e", 100);
        room.event("restricting").kind(EventKind.RESTRICTS_HISTORY).after("e100");
        room.event("after").after("restricting");
        List<NewEvent> events = room.events();
        Awaited.value(new RoomWriter(store).write(room.room(), RoomBuilder.VERSION, events.subList(50, events.size())));
        assertThat(openness("e60")).isEqualTo(Visibility.UNKNOWN);
    }

    @Test
    void opensAnEventAndWhatFollowsIt() {
        writeWithoutBeginning();
        assertThat(Awaited.value(anchors.open(room.room(), RoomBuilder.id("e60"))))
                .isTrue();
        assertThat(Awaited.value(new VisibilitySweep(store).sweep(room.room()))).isEqualTo(40);
        assertThat(openness("e59")).isEqualTo(Visibility.UNKNOWN);
        assertThat(openness("e60")).isEqualTo(Visibility.OPEN);
        assertThat(openness("e61")).isEqualTo(Visibility.OPEN);
        assertThat(openness("restricting")).isEqualTo(Visibility.UNKNOWN);
        assertThat(openness("after")).isEqualTo(Visibility.UNKNOWN);
    }

    @Test
    void changesNothingWhenItIsRepeatedOrNotNeeded() {
        writeWithoutBeginning();
        anchors.open(room.room(), RoomBuilder.id("e60")).block();
        new VisibilitySweep(store).sweep(room.room()).block();
        long version = StoredRoom.read(store, room.room()).head().version();
        assertThat(Awaited.value(anchors.open(room.room(), RoomBuilder.id("e60"))))
                .isTrue();
        assertThat(Awaited.value(anchors.open(room.room(), RoomBuilder.id("e61"))))
                .isTrue();
        assertThat(StoredRoom.read(store, room.room()).head().version()).isEqualTo(version);
    }

    @Test
    void doesNotOpenAnEventThatRestricts() {
        writeWithoutBeginning();
        assertThat(Awaited.value(anchors.open(room.room(), RoomBuilder.id("restricting"))))
                .isFalse();
        assertThat(openness("restricting")).isEqualTo(Visibility.UNKNOWN);
    }

    @Test
    void isEmptyForAnEventThatIsNotStored() {
        assertThat(anchors.open(room.room(), RoomBuilder.id("e60")).blockOptional())
                .isEmpty();
        writeWithoutBeginning();
        assertThat(anchors.open(room.room(), RoomBuilder.id("e1")).blockOptional())
                .isEmpty();
    }
}
