package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.access.AloneSight;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What rooms that were made to be dear can cost: in nodes and calls of the store, not in time. */
final class StateBoundsTest {
    private final MemoryEventStore memory = new MemoryEventStore();
    private final CountingStore store = new CountingStore(memory);
    private final RoomBuilder room = new RoomBuilder("!dear:a.test");

    private WriteResult write(List<NewEvent> events) {
        return Awaited.value(new RoomWriter(store).write(room.room(), RoomBuilder.VERSION, events));
    }

    private RoomBuilder.Draft member(String name, int user, int servers) {
        return room.event(name)
                .kind(EventKind.MEMBERSHIP)
                .body("{\"state_key\":\"@u" + user + ":s" + user % servers
                        + ".test\",\"content\":{\"membership\":\"join\"}}");
    }

    private RoomBuilder.Draft visibility(String name, String value) {
        return room.event(name)
                .kind(value.equals("shared") ? EventKind.OPENS_HISTORY : EventKind.RESTRICTS_HISTORY)
                .body("{\"content\":{\"history_visibility\":\"" + value + "\"}}");
    }

    private StoredRoom stored() {
        return StoredRoom.read(memory, room.room());
    }

    private long stateBytes(StoredRoom stored) {
        long last = stored.head().lastStateChunk();
        long bytes = 0;
        for (long chunk = last - stored.head().stateChunks() + 1; chunk <= last; chunk++) {
            bytes += Awaited.present(Awaited.value(memory.stateChunks(room.room(), List.of(chunk)))
                            .get(chunk))
                    .length;
        }
        return bytes;
    }

    private List<Sight> walked(String server, String from, int limit) {
        Viewer viewer = new AloneSight(new RoomStates(store)).of(ServerName.parse(server));
        return Awaited.value(new BackfillWalk(store)
                .walk(room.room(), List.of(RoomBuilder.id(from)), limit, viewer)
                .map(event -> event.redacted() ? Sight.REDACTED : Sight.SHOWN)
                .collectList());
    }

    @Test
    void aMemberMoreCostsOnePathOfTheTrie() {
        room.event("m0").kind(EventKind.CREATE);
        for (int i = 1; i <= 30_000; i++) {
            member("m" + i, i, 3_000).after("m" + (i - 1));
        }
        visibility("v", "joined").after("m30000");
        room.event("end").after("v");
        write(room.events());
        StoredRoom stored = stored();
        assertThat(stateBytes(stored) / 30_000).isLessThan(400);
        assertThat(stored.side("end").visibility()).isEqualTo(Visibility.JOINED);
        // The writer has kept what it wrote.
        assertThat(store.stateReads.get()).isLessThan(60);
        long before = store.stateReads.get();
        assertThat(walked("s77.test", "end", 1)).containsExactly(Sight.SHOWN);
        assertThat(store.stateReads.get() - before).isLessThan(6);
        assertThat(walked("s3000.test", "end", 1)).containsExactly(Sight.REDACTED);
    }

    @Test
    void aHistoryOfThousandsOfVisibilitiesIsReadAFewChunksAtATime() {
        room.event("e0").kind(EventKind.CREATE);
        member("e1", 1, 10).after("e0");
        for (int i = 2; i <= 6_000; i++) {
            visibility("e" + i, i % 2 == 0 ? "joined" : "shared").after("e" + (i - 1));
        }
        write(room.events());
        assertThat(stateBytes(stored()) / 6_000).isLessThan(200);
        assertThat(walked("s1.test", "e6000", 1_000)).hasSize(1_000).containsOnly(Sight.SHOWN);
        assertThat(store.stateReads.get()).isLessThan(20);
        assertThat(store.stateChunksRead.get()).isLessThan(120);
        assertThat(walked("s2.test", "e6000", 1_000)).hasSize(1_000).containsOnly(Sight.REDACTED);
    }

    @Test
    void branchesThatAreMergedOverAndOverAgainDoNotMultiplyTheRoom() {
        room.event("create").kind(EventKind.CREATE);
        for (int i = 0; i < 1_000; i++) {
            member("left" + i, 2 * i, 50_000).after(i == 0 ? "create" : "left" + (i - 1));
            member("right" + i, 2 * i + 1, 50_000).after(i == 0 ? "create" : "right" + (i - 1));
        }
        String left = "left999";
        for (int i = 0; i < 1_000; i++) {
            member("more" + i, i, 50_000).after(left);
            left = "more" + i;
            room.event("merge" + i).after(left, "right999");
        }
        write(room.events());
        StoredRoom stored = stored();
        RoomHead head = stored.head();
        assertThat(stored.side("merge0").state().isKnown()).isTrue();
        assertThat(stored.side("merge999").state().isKnown()).isFalse();
        assertThat(stored.side("merge999").visibility()).isEqualTo(Visibility.OPEN);
        assertThat(stored.side("more999").state().isKnown()).isTrue();
        System.out.println("a room of " + head.events() + " events that are merged over and over: " + head.stateChunks()
                + " chunks of states");
        assertThat(head.stateChunks()).isLessThan(4_096 + head.events());
    }

    @Test
    void anEventOfVeryManyParentsIsDerivedOnce() {
        room.event("create").kind(EventKind.CREATE);
        List<String> tips = new ArrayList<>();
        for (int i = 0; i < 1_400; i++) {
            member("tip" + i, i, 700).after("create");
            tips.add("tip" + i);
        }
        room.event("merge").after(tips.toArray(String[]::new));
        for (int i = 0; i < 100; i++) {
            room.event("again" + i).after(tips.toArray(String[]::new));
        }
        write(room.events());
        StoredRoom stored = stored();
        assertThat(stored.side("merge").visibility()).isEqualTo(Visibility.OPEN);
        assertThat(stateBytes(stored)).isLessThan(4_000_000);
    }

    @Test
    void whatComesBackwardsIsSweptInAsManyPublishesAsPagesNeed() {
        room.event("m0").kind(EventKind.CREATE);
        for (int i = 1; i <= 4_000; i++) {
            member("m" + i, i, 500).after("m" + (i - 1));
        }
        List<NewEvent> events = room.events();
        write(events.subList(1, events.size()));
        write(events.subList(0, 1));
        EventId last = RoomBuilder.id("m4000");
        assertThat(stored().side(last).state().isKnown()).isFalse();
        store.publishes.set(0);
        store.windows.set(0);
        assertThat(new VisibilitySweep(store).sweep(room.room()).block()).isEqualTo(4_000);
        assertThat(stored().side(last).state().isKnown()).isTrue();
        assertThat(store.publishes.get()).isLessThan(4_000 / PageId.MAX_EVENTS + 3);
        assertThat(store.windows.get()).isLessThan(4_000 / PageId.MAX_EVENTS + 3);
    }
}
