package dev.headwater.history;

import static dev.headwater.history.Awaited.present;
import static dev.headwater.history.Awaited.value;
import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a {@link RoomWriter} must make of rooms over any store. */
public abstract class RoomWriterContract {
    private static final long MAX_DEPTH = CorrectedDepth.MAX_CLAIM;

    /** The store under test; rooms of other tests may be in it. */
    protected abstract EventStore store();

    protected final RoomId newRoom() {
        return RoomId.parse("!" + UUID.randomUUID() + ":contract.test");
    }

    final WriteResult write(EventStore store, RoomId room, List<NewEvent> events) {
        WriteResult result = new RoomWriter(store).write(room, VERSION, events).block();
        return present(result);
    }

    final WriteResult write(RoomBuilder room) {
        return write(store(), room.room(), room.events());
    }

    final StoredRoom sound(RoomId room) {
        return StoredRoom.read(store(), room).assertSound(store(), room);
    }

    @Test
    public void refusesAnotherRoomVersion() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 1);
        write(room);
        var again = new RoomWriter(store()).write(room.room(), RoomVersion.V3, room.events());
        assertThatThrownBy(again::block)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("room version 10, not 3");
    }

    @Test
    public void refusesBodiesThatNoEventHas() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("empty").body("");
        room.event("huge").body(new byte[WriteRun.MAX_BODY_BYTES + 1]);
        room.event("fine");
        assertThat(write(room))
                .isEqualTo(
                        new WriteResult(1, 0, Map.of(id("empty"), Refusal.BODY_SIZE, id("huge"), Refusal.BODY_SIZE)));
    }

    @Test
    public void takesOldHistoryThatClaimsTheMaximumNewestFirstInProportion() {
        int size = 20_000;
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("e0").depth(MAX_DEPTH);
        for (int i = 1; i < size; i++) {
            room.event("e" + i).after("e" + (i - 1)).depth(MAX_DEPTH);
        }
        List<NewEvent> newestFirst = new ArrayList<>(room.events());
        Collections.reverse(newestFirst);
        CountingStore counting = new CountingStore(store());
        assertThat(write(counting, room.room(), newestFirst).taken()).isEqualTo(size);
        assertThat(sound(room.room()).head().raises()).isZero();
        // A page for 32 events, and for each batch of 256 one begun page more and that of the child which waited.
        assertThat(counting.publishedPages.get()).isLessThan(size / 32 + 3 * (size / 256 + 1));
        assertThat(counting.publishes.get()).isEqualTo((size + 255) / 256);
        assertThat(counting.planPages.get()).isLessThan(size / 32);
    }

    @Test
    public void takesHistoryThatClaimsDepthZeroBackwardsOneByOne() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("e0").depth(0);
        for (int i = 1; i < 100; i++) {
            room.event("e" + i).after("e" + (i - 1)).depth(0);
        }
        CountingStore counting = new CountingStore(store());
        for (int i = 99; i >= 0; i--) {
            write(counting, room.room(), List.of(room.get("e" + i)));
        }
        StoredRoom stored = sound(room.room());
        assertThat(stored.head().raises()).isZero();
        assertThat(stored.side("e0").correctedDepth()).isEqualTo(-99);
        assertThat(counting.publishedPages.get()).isLessThan(220);
    }

    @Test
    public void takesAStarOnAStoredParent() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("hub").kind(EventKind.CREATE);
        for (int i = 0; i < 10_000; i++) {
            room.event("ray" + i).after("hub");
        }
        CountingStore counting = new CountingStore(store());
        assertThat(write(counting, room.room(), room.events()).taken()).isEqualTo(10_001);
        assertThat(counting.publishedPages.get()).isLessThan(10_000 / 32 + 3 * 40);
        StoredRoom stored = sound(room.room());
        assertThat(stored.side("ray9999").visibility()).isEqualTo(Visibility.OPEN);
    }

    @Test
    public void takesAStarOnAMissingParentThatComesLast() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("hub").kind(EventKind.CREATE).depth(900);
        for (int i = 0; i < 10_050; i++) {
            room.event("ray" + i).after("hub").depth(100 + i % 50);
        }
        CountingStore counting = new CountingStore(store());
        write(counting, room.room(), room.events().subList(1, 10_051));
        Gap gap = gap(room.room(), "hub");
        assertThat(gap.children()).hasSize(Gap.MAX_CHILDREN);
        assertThat(gap.complete()).isFalse();
        assertThat(gap.lowestChild()).isEqualTo(100);
        write(counting, room.room(), room.events().subList(0, 1));
        StoredRoom stored = sound(room.room());
        assertThat(stored.side("hub").correctedDepth()).isEqualTo(99);
        assertThat(stored.head().lazyEdges()).isTrue();
        assertThat(stored.head().sweepFrom()).isEqualTo(PageId.bucketOf(100));
        assertThat(stored.head().raises()).isZero();
        assertThat(counting.publishedPages.get()).isLessThan(10_050 / 32 + 6 * 41);
    }

    @Test
    public void takesAnEventWithVeryManyParents() {
        RoomBuilder room = new RoomBuilder(newRoom());
        String[] parents = new String[1_400];
        for (int i = 0; i < parents.length; i++) {
            parents[i] = "p" + i;
            room.event(parents[i]).depth(1 + 40L * i);
        }
        room.event("merge").after(parents).depth(7);
        room.event("gaps").after("merge");
        List<NewEvent> events = room.events();
        write(store(), room.room(), events.subList(1_401, 1_402));
        write(store(), room.room(), events.subList(0, 1_400));
        write(store(), room.room(), events.subList(1_400, 1_401));
        StoredRoom stored = sound(room.room());
        assertThat(stored.side("merge").correctedDepth()).isGreaterThan(40L * 1_399);
        assertThat(stored.side("merge").parents()).hasSize(1_400).allMatch(edge -> edge instanceof Edge.Known);
        assertThat(stored.head().raises()).isEqualTo(1);
    }

    @Test
    public void mendsTheEdgesOfThoseWhoWaited() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("a").kind(EventKind.CREATE);
        room.event("b").after("a");
        room.event("c").after("b", "a", "b");
        List<NewEvent> events = room.events();
        write(store(), room.room(), events.subList(2, 3));
        assertThat(gap(room.room(), "b"))
                .isEqualTo(new Gap(3, List.of(sound(room.room()).place(id("c"))), true));
        write(store(), room.room(), events.subList(0, 1));
        write(store(), room.room(), events.subList(1, 2));
        StoredRoom stored = sound(room.room());
        assertThat(stored.side("c").parents())
                .containsExactly(new Edge.Known(stored.place(id("b"))), new Edge.Known(stored.place(id("a"))));
        assertThat(stored.head().lazyEdges()).isFalse();
        assertThat(value(store().basis(room.room(), VERSION, List.of(id("a"), id("b")), Set.of()))
                        .gaps())
                .isEmpty();
    }

    @Test
    public void raisesDescendantsWhereAGapIsClosedFromBothSides() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("old").depth(1_000);
        room.event("gap").after("old").depth(5);
        room.event("new0").after("gap").depth(10);
        for (int i = 1; i < 500; i++) {
            room.event("new" + i).after("new" + (i - 1)).depth(10 + i);
        }
        room.event("far").after("new3").depth(5_000);
        List<NewEvent> events = room.events();
        write(store(), room.room(), events.subList(2, events.size()));
        write(store(), room.room(), events.subList(0, 1));
        write(store(), room.room(), events.subList(1, 2));
        StoredRoom stored = sound(room.room());
        assertThat(stored.head().raises()).isPositive();
        assertThat(stored.side("gap").correctedDepth()).isEqualTo(1_001);
        assertThat(stored.side("new0").correctedDepth()).isEqualTo(1_002);
        assertThat(stored.side("new499").correctedDepth()).isEqualTo(1_501);
        assertThat(stored.side("far").correctedDepth()).isEqualTo(5_000);
    }

    @Test
    public void refusesAnEventThatWouldRaiseTooManyAndTakesTheOthers() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("old").depth(1_000_000);
        room.event("gap").after("old").depth(5);
        room.event("new0").after("gap").depth(10);
        for (int i = 1; i <= RaisePass.MAX_RAISED; i++) {
            room.event("new" + i).after("new" + (i - 1)).depth(10 + i);
        }
        room.event("beside").after("old", "gap");
        List<NewEvent> events = room.events();
        write(store(), room.room(), events.subList(2, events.size() - 1));
        write(store(), room.room(), events.subList(0, 1));
        RoomHead before = sound(room.room()).head();
        WriteResult result = write(store(), room.room(), List.of(room.get("gap"), room.get("beside")));
        assertThat(result).isEqualTo(new WriteResult(1, 0, Map.of(id("gap"), Refusal.TOO_MANY_RAISES)));
        StoredRoom stored = sound(room.room());
        assertThat(stored.head().raises()).isEqualTo(before.raises());
        assertThat(stored.events()).doesNotContain(id("gap")).contains(id("beside"));
    }

    @Test
    public void seversEdgesThatWouldCloseACycle() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("a").after("d").depth(1);
        room.event("b").after("a").depth(2);
        room.event("c").after("b").depth(3);
        room.event("d").after("c").depth(4);
        room.event("self").after("self", "d").depth(9);
        RoomBuilder inOneBatch = new RoomBuilder(newRoom());
        for (NewEvent event : room.events()) {
            assertThat(write(store(), room.room(), List.of(event)).taken()).isEqualTo(1);
        }
        write(store(), inOneBatch.room(), room.events());
        for (RoomId each : List.of(room.room(), inOneBatch.room())) {
            StoredRoom stored = sound(each);
            assertThat(stored.events()).hasSize(5);
            assertThat(stored.events().stream()
                            .flatMap(event -> stored.side(event).parents().stream())
                            .filter(edge -> edge instanceof Edge.Severed))
                    .hasSize(2)
                    .contains(new Edge.Severed(id("self")));
        }
    }

    @Test
    public void marksWhatIsRedactedInEitherOrder() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("a").kind(EventKind.CREATE);
        room.event("b").after("a");
        room.event("c").after("b").redacts("b");
        room.event("d").after("c").redacts("e");
        room.event("e").after("d").redacts("e");
        room.event("f").after("e");
        List<NewEvent> events = room.events();
        RoomId oneBatch = newRoom();
        write(store(), oneBatch, events);
        RoomId forwards = newRoom();
        events.forEach(event -> write(store(), forwards, List.of(event)));
        RoomId backwards = newRoom();
        for (int i = events.size() - 1; i >= 0; i--) {
            write(store(), backwards, events.subList(i, i + 1));
        }
        for (RoomId each : List.of(oneBatch, forwards, backwards)) {
            StoredRoom stored = sound(each);
            for (NewEvent event : events) {
                assertThat(stored.side(event.id()).marked())
                        .isEqualTo(Set.of(id("b"), id("e")).contains(event.id()));
            }
            assertThat(value(store().basis(each, VERSION, List.of(id("a"), id("b"), id("e"), id("f")), Set.of()))
                            .marks())
                    .containsOnlyKeys(id("b"), id("e"))
                    .containsEntry(id("b"), new Mark(1, 3))
                    .containsEntry(id("e"), new Mark(2, 4));
        }
    }

    @Test
    public void provesOpennessWhereTheParentsAreStored() {
        RoomBuilder room = new RoomBuilder(newRoom());
        room.event("create").kind(EventKind.CREATE);
        room.event("a").after("create");
        room.event("opens").after("a").kind(EventKind.OPENS_HISTORY);
        room.event("restricts").after("opens").kind(EventKind.RESTRICTS_HISTORY);
        room.event("after").after("restricts");
        room.event("merge").after("opens", "after");
        room.event("orphan").after("nobody");
        room.event("half").after("opens", "nobody");
        room.event("fake").after("orphan").kind(EventKind.CREATE);
        write(room);
        StoredRoom stored = sound(room.room());
        Set<EventId> open = Set.of(id("create"), id("a"), id("opens"));
        for (EventId event : stored.events()) {
            assertThat(stored.side(event).visibility() == Visibility.OPEN)
                    .as("%s", event)
                    .isEqualTo(open.contains(event));
        }
        assertThat(stored.head().sweepFrom()).isEqualTo(RoomHead.NOTHING_TO_SWEEP);
    }

    @Test
    public void remembersFromWhereOpennessMayBeDerivable() {
        RoomBuilder room = new RoomBuilder(newRoom()).chain("e", 100);
        List<NewEvent> events = room.events();
        write(store(), room.room(), events.subList(41, 101));
        assertThat(sound(room.room()).side("e50").visibility()).isEqualTo(Visibility.UNKNOWN);
        write(store(), room.room(), events.subList(0, 41));
        StoredRoom stored = sound(room.room());
        assertThat(stored.side("e40").visibility()).isEqualTo(Visibility.OPEN);
        assertThat(stored.head().sweepFrom()).isEqualTo(PageId.bucketOf(41));
    }

    private Gap gap(RoomId room, String name) {
        WriteBasis basis = value(store().basis(room, VERSION, List.of(id(name)), Set.of()));
        return present(basis.gaps().get(id(name)));
    }
}
