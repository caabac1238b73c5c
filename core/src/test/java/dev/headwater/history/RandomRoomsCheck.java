package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.access.AloneSight;
import dev.headwater.history.RandomRooms.Arrival;
import dev.headwater.history.RandomRooms.Drawn;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Schedulers;

/** What must hold of a random room in any store, against plain models of the walk, of states and visibility and of who is in the room. */
final class RandomRoomsCheck {
    private static final Function<Side, Sight> BY_ID =
            side -> switch (Math.floorMod(side.id().value().hashCode(), 17)) {
                case 0 -> Sight.WITHHELD;
                case 1, 2 -> Sight.REDACTED;
                default -> Sight.SHOWN;
            };

    /** For so many the search's bound on pages is made; of more it may give fewer, in rooms with a page for each event. */
    private static final int MOST_MISSING = 50;

    private RandomRoomsCheck() {}

    /** Stores the room once for each way of arriving, and insists on all that must hold of it then. */
    static void check(EventStore kept, Drawn drawn) {
        EventStore store = new CountingStore(kept);
        Random random = new Random(drawn.seed() + 1);
        List<EventId> reachedInOrder = null;
        for (Arrival arrival : Arrival.values()) {
            RoomId room = drawn.room(arrival);
            int taken = 0;
            for (List<NewEvent> batch : drawn.arriving(arrival)) {
                RoomWriter writer = random.nextBoolean()
                        ? new RoomWriter(store)
                        : RoomWriter.ofHistory(store, random.nextBoolean());
                WriteResult result = Awaited.value(writer.write(room, RoomBuilder.VERSION, batch));
                assertThat(result.refused()).isEmpty();
                taken += result.taken();
                if (random.nextInt(3) == 0) {
                    new SealSweep(store, 1 + random.nextInt(200)).sweep(room).block();
                }
            }
            assertThat(taken).isEqualTo(drawn.events().size());
            StoredRoom stored = StoredRoom.read(store, room).assertSound(store, room);
            for (Function<Side, Sight> sight : List.of(BY_ID, (Function<Side, Sight>) side -> Sight.SHOWN)) {
                fillGap(drawn, store, room, stored, sight::apply, sight, random);
            }
            for (int width : new int[] {Descent.FIRST_WIDTH, 1 + random.nextInt(3)}) {
                for (Function<Side, Sight> sight : List.of(BY_ID, (Function<Side, Sight>) side -> Sight.SHOWN)) {
                    walk(
                            drawn,
                            store,
                            room,
                            stored,
                            sight::apply,
                            sight,
                            1 + random.nextInt(drawn.events().size() + 3),
                            width,
                            random);
                }
            }
            assertSwept(drawn, store, room, arrival, random);
            List<EventId> reached =
                    PlainWalk.walk(stored, drawn.events(), drawn.starts(), Long.MAX_VALUE, s -> Sight.SHOWN);
            if (reachedInOrder == null) {
                reachedInOrder = reached;
            } else if (drawn.honest()) {
                assertThat(reached).as("order, %s", arrival).isEqualTo(reachedInOrder);
            }
            List<EventId> walked = walked(new BackfillWalk(store)
                    .walk(room, drawn.starts(), Long.MAX_VALUE, side -> Sight.SHOWN)
                    .collectList()
                    .block());
            assertThat(new HashSet<>(walked))
                    .as("what is reached, %s", arrival)
                    .isEqualTo(new HashSet<>(reachedInOrder));
            assertThat(walked).isEqualTo(reached);
        }
    }

    private static void assertSwept(Drawn drawn, EventStore store, RoomId room, Arrival arrival, Random random) {
        PlainState plain = new PlainState(drawn.events());
        new VisibilitySweep(store).sweep(room).block();
        StoredRoom swept = StoredRoom.read(store, room).assertSound(store, room);
        assertThat(swept.head().lazyEdges()).isFalse();
        assertThat(swept.head().sweepFrom()).isEqualTo(RoomHead.NOTHING_TO_SWEEP);
        assertStates(drawn, store, room, swept, arrival);
        AloneSight alone = new AloneSight(new RoomStates(store));
        PlainStates states = new PlainStates(drawn.events());
        for (int i = 0; i < 2; i++) {
            String server = "s" + random.nextInt(6) + ".test";
            walk(
                    drawn,
                    store,
                    room,
                    swept,
                    alone.of(ServerName.parse(server)),
                    side -> states.sight(side.id(), side.marked(), server),
                    Long.MAX_VALUE,
                    1 + random.nextInt(Descent.FIRST_WIDTH),
                    random);
            fillGap(
                    drawn,
                    store,
                    room,
                    swept,
                    alone.of(ServerName.parse(server)),
                    side -> states.sight(side.id(), side.marked(), server),
                    random);
        }
        RoomAdmission derived = Awaited.value(new CurrentState(store).of(room));
        RoomAdmission expected = plain.admission();
        assertThat(derived.joined()).as("joined, %s", arrival).isEqualTo(expected.joined());
        assertThat(derived.acls()).as("ACLs, %s", arrival).containsExactlyInAnyOrderElementsOf(expected.acls());
    }

    private static void assertStates(Drawn drawn, EventStore store, RoomId room, StoredRoom swept, Arrival arrival) {
        PlainStates plain = new PlainStates(drawn.events());
        Map<EventId, Visibility> visibility = new HashMap<>();
        swept.events().forEach(event -> visibility.put(event, swept.side(event).visibility()));
        assertThat(visibility).as("visibility, %s", arrival).isEqualTo(plain.visibility());
        StatesOfRoom states = new StatesOfRoom(store, room, swept, drawn.events());
        for (EventId event : swept.events()) {
            StateAround around = swept.side(event).state();
            assertThat(states.at(around.before()))
                    .as("before %s, %s", event, arrival)
                    .isEqualTo(plain.before(event));
            assertThat(states.at(around.after()))
                    .as("after %s, %s", event, arrival)
                    .isEqualTo(plain.after(event));
            if (around.isKnown()) {
                states.assertGroups(around.after());
            }
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
            Viewer viewer,
            Function<Side, Sight> sight,
            long limit,
            int width,
            Random random) {
        ByPortions reader = new ByPortions(random);
        BackfillWalk walk = new BackfillWalk(store, System::nanoTime, width, Schedulers.parallel());
        int ahead = random.nextInt(5);
        Flux<WalkedEvent> events = random.nextBoolean()
                ? walk.walk(room, drawn.starts(), limit, viewer)
                : store.locate(room, drawn.starts()).flatMapMany(start -> walk.walk(start, limit, viewer, ahead));
        events.subscribe(reader);
        reader.awaitEnd();
        List<EventId> ids = reader.events.stream().map(WalkedEvent::id).toList();
        assertThat(reader.failure).isNull();
        assertThat(reader.completed).isTrue();
        assertThat(ids)
                .as("limit %d, width %d", limit, width)
                .isEqualTo(PlainWalk.walk(stored, drawn.events(), drawn.starts(), limit, sight));
        assertChildrenFirst(drawn, ids);
        reader.events.forEach(event -> assertAsStored(stored, sight, event));
    }

    private static void assertAsStored(StoredRoom stored, Function<Side, Sight> sight, WalkedEvent event) {
        byte[] body = stored.body(event.id());
        boolean redacted = sight.apply(stored.side(event.id())) == Sight.REDACTED;
        if (event.redacted() != redacted
                || !Arrays.equals(
                        event.page(), event.offset(), event.offset() + event.length(), body, 0, body.length)) {
            throw new AssertionError(event.id() + " is not emitted as it is stored");
        }
    }

    private static void fillGap(
            Drawn drawn,
            EventStore store,
            RoomId room,
            StoredRoom stored,
            Viewer viewer,
            Function<Side, Sight> sight,
            Random random) {
        Set<EventId> earliest = new HashSet<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            earliest.add(
                    drawn.events().get(random.nextInt(drawn.events().size())).id());
        }
        List<EventId> latest = drawn.starts();
        int limit = 1 + random.nextInt(random.nextBoolean() ? 12 : MOST_MISSING);
        long minDepth = random.nextInt(4) == 0 ? random.nextInt(40) : Long.MIN_VALUE;
        Set<EventId> named = new HashSet<>(latest);
        named.addAll(earliest);
        Located found = Awaited.value(store.locate(room, named));
        ByPortions reader = new ByPortions(random);
        new MissingEventsWalk(store)
                .walk(found, latest, earliest, limit, minDepth, viewer)
                .subscribe(reader);
        reader.awaitEnd();
        assertThat(reader.failure).isNull();
        assertThat(reader.events.stream().map(WalkedEvent::id).toList())
                .as("from %s to %s, limit %d, depth %d", latest, earliest, limit, minDepth)
                .isEqualTo(PlainMissingEvents.walk(stored, drawn.events(), latest, earliest, limit, minDepth, sight));
        reader.events.forEach(event -> assertAsStored(stored, sight, event));
    }

    private static void assertChildrenFirst(Drawn drawn, List<EventId> ids) {
        Map<EventId, NewEvent> byId = new HashMap<>();
        drawn.events().forEach(event -> byId.put(event.id(), event));
        Set<EventId> seen = new HashSet<>();
        for (EventId id : ids) {
            if (!seen.add(id)) {
                throw new AssertionError(id + " comes twice");
            }
            for (EventId parent : Awaited.present(byId.get(id)).prevEvents()) {
                if (seen.contains(parent)) {
                    throw new AssertionError(parent + " stands before its child " + id);
                }
            }
        }
    }

    /** Asks for a few events at a time, sometimes from within a signal. */
    private static final class ByPortions extends BaseSubscriber<WalkedEvent> {
        final List<WalkedEvent> events = new ArrayList<>();

        @org.jspecify.annotations.Nullable
        Throwable failure;

        boolean completed;
        private final Random random;
        private final CountDownLatch ended = new CountDownLatch(1);
        private long due;

        ByPortions(Random random) {
            this.random = random;
        }

        /** A store may answer on a thread of its own. */
        void awaitEnd() {
            try {
                assertThat(ended.await(30, TimeUnit.SECONDS))
                        .as(() -> "the walk ends, of which " + events.size() + " events have come and " + due
                                + " more are due; " + stacks())
                        .isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        private static String stacks() {
            return Thread.getAllStackTraces().entrySet().stream()
                    .map(thread -> thread.getKey() + " at " + List.of(thread.getValue()))
                    .collect(Collectors.joining("\n"));
        }

        @Override
        protected void hookFinally(SignalType type) {
            ended.countDown();
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
