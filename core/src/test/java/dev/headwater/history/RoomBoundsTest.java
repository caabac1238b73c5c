package dev.headwater.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What rooms that were made to be dear cost to write, to settle and to walk: in calls of the store and pages, not in time. */
final class RoomBoundsTest {
    private static final String ADA = "@ada:a.test";

    private int rooms;

    /** A room in a store of its own, and what was asked of that store. */
    private final class Dear {
        private final MemoryEventStore memory = new MemoryEventStore();
        private final CountingStore store = new CountingStore(memory);
        private final RoomBuilder room = new RoomBuilder("!dear" + rooms++ + ":a.test");

        Dear() {
            room.event("create")
                    .kind(EventKind.CREATE)
                    .sender(ADA)
                    .body("{\"type\":\"m.room.create\",\"sender\":\"" + ADA + "\",\"content\":{\"creator\":\"" + ADA
                            + "\"}}");
        }

        void redaction(String name, String after, String target) {
            room.event(name)
                    .after(after)
                    .sender(ADA)
                    .redacts(target)
                    .body("{\"type\":\"m.room.redaction\",\"sender\":\"" + ADA + "\",\"redacts\":\"$" + target
                            + "\",\"content\":{}}");
        }

        void write() {
            Awaited.value(new RoomWriter(store).write(room.room(), RoomBuilder.VERSION, room.events()));
            Awaited.value(new VisibilitySweep(store).sweep(room.room()));
        }

        long redact() {
            return Awaited.value(new RedactionSweep(store).sweep(room.room()));
        }

        List<EventId> walk(String from, int limit) {
            return Awaited.value(new BackfillWalk(store)
                    .walk(room.room(), List.of(RoomBuilder.id(from)), limit, side -> Sight.SHOWN)
                    .map(WalkedEvent::id)
                    .collectList());
        }

        Redacted redacted(String name) {
            return StoredRoom.read(memory, room.room()).side(name).redacted();
        }

        long work() {
            return store.bases.get()
                    + store.publishedPages.get()
                    + store.planPages.get()
                    + store.windowPages.get()
                    + store.stateChunksRead.get();
        }
    }

    /** Twice the size, at most twice the work and what any room costs. */
    private static void assertLinear(int size, IntFunction<Dear> made) {
        long once = made.apply(size).work();
        long twice = made.apply(2 * size).work();
        assertThat(twice).as("work for %d, and for %d", size, 2 * size).isLessThan(2 * once + 100);
    }

    @Test
    void aChainOfRedactionsCostsALookAtEach() {
        assertLinear(5_000, many -> {
            Dear dear = new Dear();
            dear.room
                    .event("r0")
                    .after("create")
                    .body("{\"type\":\"m.room.message\",\"sender\":\"" + ADA + "\",\"content\":{\"body\":\"\"}}");
            for (int i = 1; i <= many; i++) {
                dear.redaction("r" + i, "r" + (i - 1), "r" + (i - 1));
            }
            dear.write();
            assertThat(dear.redact()).isEqualTo(many);
            assertThat(dear.redacted("r0")).isEqualTo(Redacted.FOR_GOOD);
            assertThat(dear.redacted("r" + (many - 1))).isEqualTo(Redacted.FOR_GOOD);
            assertThat(dear.redacted("r" + many)).isEqualTo(Redacted.NO);
            return dear;
        });
    }

    @Test
    void powerLevelsOfVeryManyUsersAreReadForManyRedactionsAtOnce() {
        // As many as an event has room for.
        String users = IntStream.range(0, 8_000)
                .mapToObj(i -> "\"" + Integer.toString(36 * 36 + i, 36) + "\":1")
                .collect(Collectors.joining(","));
        assertLinear(1_000, many -> {
            Dear dear = new Dear();
            dear.room
                    .event("levels")
                    .after("create")
                    .kind(EventKind.STATE)
                    .body("{\"type\":\"m.room.power_levels\","
                            + "\"state_key\":\"\",\"sender\":\"" + ADA + "\",\"content\":{\"redact\":5,\"users\":{\""
                            + ADA
                            + "\":5," + users + "}}}");
            String last = "levels";
            for (int i = 0; i < many; i++) {
                dear.room
                        .event("m" + i)
                        .after(last)
                        .body("{\"type\":\"m.room.message\",\"sender\":\"@eva:e.test\",\"content\":{\"body\":\"\"}}");
                dear.redaction("r" + i, "m" + i, "m" + i);
                last = "r" + i;
            }
            dear.write();
            long before = dear.store.windowPages.get();
            assertThat(dear.redact()).isEqualTo(many);
            // Far fewer pages than redactions: what they need is read for many of them together.
            assertThat(dear.store.windowPages.get() - before).isLessThan(many / 4);
            return dear;
        });
    }

    @Test
    void anEventOfThousandsOfParentsCostsAPageForEachAtMost() {
        for (int many : new int[] {1_000, 2_000, 4_000}) {
            Dear dear = new Dear();
            List<String> parents = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                dear.room.event("p" + i).after("create");
                parents.add("p" + i);
            }
            dear.room.event("merge").after(parents.toArray(String[]::new));
            dear.write();
            assertThat(dear.work()).isLessThan(many / 4);
            // Of one depth, they come in the order of their IDs, which is not that of their pages.
            assertThat(dear.walk("merge", 10 * many)).hasSize(many + 2).startsWith(RoomBuilder.id("merge"));
            assertThat(dear.work()).isLessThan(many);
        }
    }

    @Test
    void aFewEventsBehindThousandsOfParentsCostAFewPages() {
        Dear dear = new Dear();
        List<String> parents = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            dear.room.event("p" + i).after("create").depth(2 + 40L * i);
            parents.add("p" + i);
        }
        dear.room.event("merge").after(parents.toArray(String[]::new));
        dear.write();
        long before = dear.store.windowPages.get() + dear.store.planPages.get();
        assertThat(dear.walk("merge", 100)).hasSize(100);
        // Each of them lies on a page of its own.
        assertThat(dear.store.windowPages.get() + dear.store.planPages.get() - before)
                .isLessThan(150);
    }
}
