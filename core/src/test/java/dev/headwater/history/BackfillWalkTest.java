package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Which events a walk gives, and in which order. */
final class BackfillWalkTest extends WalkedRoom {
    @Test
    void emitsNothingWhenTheRoomIsUnknown() {
        assertThat(names(walk(10, "a"))).isEmpty();
        assertThat(store.reads()).isEqualTo(1);
    }

    @Test
    void emitsNothingWhenAllStartsAreUnknown() {
        write(room.chain("e", 3).events());
        assertThat(names(walk(10, "x", "y"))).isEmpty();
        assertThat(names(walk(10))).isEmpty();
        assertThat(names(walk(0, "e3"))).isEmpty();
        assertThat(store.reads()).isEqualTo(1);
    }

    @Test
    void startsWithTheStartsAndPutsChildrenBeforeParents() {
        room.event("create").kind(EventKind.CREATE);
        room.event("left").after("create").ts(3);
        room.event("right").after("create").ts(4);
        room.event("twin").after("create").ts(3);
        room.event("merge").after("left", "right", "twin", "gone");
        room.event("later").after("merge");
        write(room.events());
        assertThat(names(walk(10, "merge", "right", "unknown", "right")))
                .containsExactly("merge", "right", "left", "twin", "create");
        assertThat(names(walk(3, "later"))).containsExactly("later", "merge", "right");
    }

    @Test
    void honoursAMarkThatIsSetWhileItWaitsForItsReader() {
        write(room.chain("e", 40).events());
        RoomBuilder more = new RoomBuilder(room.room());
        more.event("redaction").after("e40").redacts("e35");
        StepVerifier.create(walk(store, 10, alone(), "e40"), 3)
                .expectNextCount(3)
                .then(() -> {
                    Awaited.value(new RoomWriter(memory).write(room.room(), VERSION, more.events()));
                    clock.addAndGet(Descent.MAX_AGE_NANOS + 1);
                })
                .thenRequest(10)
                .expectNextMatches(event -> event.id().equals(id("e37")) && !event.redacted())
                .expectNextMatches(event -> event.id().equals(id("e36")) && !event.redacted())
                .expectNextMatches(event -> event.id().equals(id("e35")) && event.redacted())
                .expectNextCount(4)
                .verifyComplete();
        assertThat(store.plans).hasValue(1);
    }

    @Test
    void readsMarksAgainAsOftenAsItsReaderIsSlow() {
        write(room.chain("e", 40).events());
        StepVerifier.Step<WalkedEvent> step = StepVerifier.create(walk(20, "e40"), 0);
        for (int i = 0; i < 10; i++) {
            step = step.thenRequest(1).expectNextCount(1).then(() -> clock.addAndGet(Descent.MAX_AGE_NANOS + 1));
        }
        step.thenCancel().verify();
        assertThat(store.plans).hasValue(9);
        assertThat(store.largestWindow).hasValue(1);
    }

    @Test
    void doesNotWalkThroughWhatIsWithheldButServesAStartBelowIt() {
        room.event("create").kind(EventKind.CREATE);
        room.event("open").after("create");
        room.event("restrict").after("open").kind(EventKind.RESTRICTS_HISTORY);
        room.event("hidden").after("restrict");
        room.event("side").after("create");
        room.event("merge").after("hidden", "side");
        write(room.events());
        assertThat(names(walk(store, 10, alone(), "merge"))).isEmpty();
        assertThat(names(walk(store, 10, alone(), "merge", "hidden", "open"))).containsExactly("open", "create");
    }

    @Test
    void walksThroughSilentEventsWithoutCountingThem() {
        room.event("create").kind(EventKind.CREATE);
        room.event("bad").after("create").silent();
        room.event("worse").after("bad").silent();
        room.event("good").after("worse");
        write(room.events());
        assertThat(names(walk(2, "good"))).containsExactly("good", "create");
        assertThat(names(walk(2, "worse"))).containsExactly("create");
    }

    @Test
    void followsEdgesThatNobodyHasMendedYet() {
        room.event("hub").kind(EventKind.CREATE).depth(5);
        for (int i = 0; i < 200; i++) {
            room.event("ray" + i).after("hub").depth(1_000);
        }
        room.event("tip").after("ray199").depth(1_001);
        List<NewEvent> events = room.events();
        write(events.subList(1, events.size()));
        write(events.subList(0, 1));
        assertThat(StoredRoom.read(memory, room.room()).head().lazyEdges()).isTrue();
        assertThat(names(walk(10, "tip"))).containsExactly("tip", "ray199", "hub");
        String[] all = IntStream.range(0, 200).mapToObj(i -> "ray" + i).toArray(String[]::new);
        assertThat(names(walk(1_000, all))).hasSize(201).endsWith("hub");
        assertThat(store.locates.get()).isLessThan(12);
    }

    @Test
    void goesOnWhereARaiseLeavesTheOrderAndStopsWhereItDoesNot() {
        room.event("old").depth(1_000);
        room.event("gap").after("old").depth(5);
        room.event("child").after("gap").depth(10);
        room.event("low").depth(3);
        room.event("top").after("child", "low").depth(3_000);
        room.event("beside").depth(500);
        write(List.of(room.get("old"), room.get("child"), room.get("low"), room.get("top"), room.get("beside")));
        // Before "beside" at 500 is passed, "child" may still rise from 10 to 1,002.
        StepVerifier.create(walk(10, "top", "beside"), 1)
                .expectNextMatches(event -> event.id().equals(id("top")))
                .then(() -> write(List.of(room.get("gap"))))
                .then(() -> clock.addAndGet(Descent.MAX_AGE_NANOS + 1))
                .thenRequest(10)
                .expectNextMatches(event -> event.id().equals(id("child")) && event.correctedDepth() == 1_002)
                .expectNextMatches(event -> event.id().equals(id("gap")))
                .expectNextMatches(event -> event.id().equals(id("old")))
                .expectNextMatches(event -> event.id().equals(id("beside")))
                .expectNextMatches(event -> event.id().equals(id("low")))
                .verifyComplete();
        RoomBuilder again = new RoomBuilder("!again:a.test");
        again.event("old").depth(1_000);
        again.event("gap").after("old").depth(5);
        again.event("child").after("gap").depth(10);
        again.event("top").after("child").depth(3_000);
        again.event("beside").depth(500);
        RoomWriter writer = new RoomWriter(memory);
        List<NewEvent> first = List.of(again.get("old"), again.get("child"), again.get("top"), again.get("beside"));
        Awaited.value(writer.write(again.room(), VERSION, first));
        StepVerifier.create(
                        new BackfillWalk(store, clock::get)
                                .walk(again.room(), List.of(id("top"), id("beside")), 10, ALL),
                        2)
                .expectNextCount(2)
                .then(() -> Awaited.value(writer.write(again.room(), VERSION, List.of(again.get("gap")))))
                .then(() -> clock.addAndGet(Descent.MAX_AGE_NANOS + 1))
                .thenRequest(10)
                .verifyError(WalkMovedException.class);
    }

    @Test
    void findsAgainWhatItsFrontierHadToForget() {
        String[] parents = new String[600];
        for (int i = 0; i < parents.length; i++) {
            parents[i] = "p" + i;
            room.event(parents[i]).depth(40L * i);
        }
        room.event("merge").after(parents);
        write(room.events());
        List<WalkedEvent> wide = Awaited.value(walk(store, 1_000, ALL, "merge").collectList());
        assertThat(wide).hasSize(601);
        List<WalkedEvent> narrow = Awaited.value(new BackfillWalk(store, clock::get, 8, Schedulers.parallel())
                .walk(room.room(), List.of(id("merge")), 1_000, ALL)
                .collectList());
        assertThat(narrow.stream().map(WalkedEvent::id).toList())
                .isEqualTo(wide.stream().map(WalkedEvent::id).toList());
    }

    @Test
    void givesUpOnARoomWiderThanItCanRemember() {
        Frontier frontier = new Frontier(2);
        for (int i = 0; i < 5; i++) {
            frontier.add(Place.of(i, 0, 0), Rank.before(i * 32L));
        }
        assertThat(Awaited.present(frontier.firstPending()).page()).isEqualTo(new PageId(4, 0));
        assertThat(frontier.cut()).isEqualTo(Rank.before(64));
    }
}
