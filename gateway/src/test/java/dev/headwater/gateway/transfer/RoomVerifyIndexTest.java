package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.CountingStore;
import dev.headwater.history.Edge;
import dev.headwater.history.EventStore;
import dev.headwater.history.Gap;
import dev.headwater.history.Mark;
import dev.headwater.history.PageId;
import dev.headwater.history.Place;
import dev.headwater.history.Side;
import dev.headwater.history.Tally;
import dev.headwater.history.TimeRun;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** What {@code verify} says of what leads to events: the index, times, gaps. */
class RoomVerifyIndexTest {
    private final StoredDump stored = new StoredDump();
    private final List<String> room = Dumps.lines();

    @TempDir
    private Path directory;

    @Test
    void findsAPageThatIsNotFoundByTheTimesOfItsEvents() {
        stored.load(Dumps.file(directory, room));
        PageId page = stored.ids().get(4);
        TimeRun wrong = new TimeRun(5, 0);
        EventStore changed = new CountingStore(stored.store) {
            @Override
            public Mono<Map<PageId, List<TimeRun>>> timeRuns(RoomId id, Collection<PageId> pages) {
                return super.timeRuns(id, pages)
                        .map(runs -> pages.contains(page) ? Map.of(page, List.of(wrong)) : runs);
            }
        };

        VerifyReport report = Dumps.verify(changed, Dumps.ROOM);

        assertThat(report.examples())
                .containsExactly(page + " is found by the times " + List.of(wrong) + "; expected "
                        + TimeRun.of(stored.page(page)));
    }

    @Test
    void findsTimesThatLeadToNoPage() {
        stored.load(Dumps.file(directory, room));
        EventStore changed = new CountingStore(stored.store) {
            @Override
            public Mono<Tally> tally(RoomId id) {
                return super.tally(id)
                        .map(tally -> new Tally(tally.places(), tally.gaps(), tally.marks(), tally.runs() + 1));
            }
        };

        assertThat(Dumps.verify(changed, Dumps.ROOM).examples())
                .singleElement()
                .asString()
                .matches("pages are found by [0-9]+ runs of time; expected [0-9]+");
    }

    @Test
    void findsEntriesOfTheIndexAndGapsThatLeadNowhere() {
        stored.load(Dumps.file(directory, room));
        stored.publish(Map.of(EventId.parse("$nowhere"), Place.of(900, 0, 0)), Map.of(), Map.of());
        assertThat(stored.found())
                .containsExactly("the index has " + (room.size() + 1) + " entries; expected " + room.size());
        stored.publish(Map.of(), Map.of(EventId.parse("$nobody"), new Gap(1, List.of(), true)), Map.of());
        stored.publish(Map.of(), Map.of(), Map.of(EventId.parse("$nothing"), new Mark(1, 1)));
        assertThat(stored.found()).contains("there are 1 gaps kept; expected 0", "there are 1 marks; expected 0");
    }

    @Test
    void findsWhatIsAtOddsWithTheGaps() {
        List<String> holed = new ArrayList<>(room);
        holed.remove(200);
        stored.load(Dumps.file(directory, holed));
        EventId missing = missing();
        stored.publish(Map.of(), Map.of(missing, new Gap(5, List.of(), true)), Map.of());
        assertThat(stored.found())
                .singleElement()
                .satisfies(line -> assertThat(line).endsWith(" waits for " + missing + "; its gap does not know"));
        stored.publish(Map.of(), Map.of(missing, new Gap(1L << 40, List.of(), false)), Map.of());
        assertThat(stored.found())
                .singleElement()
                .satisfies(line -> assertThat(line).endsWith("; its gap says " + (1L << 40)));
        stored.change(side -> side.withParents(List.of(new Edge.Unknown(EventId.parse("$unheard")))));
        assertThat(stored.found()).anyMatch(line -> line.endsWith(" waits for $unheard; no gap is kept for it"));
        Side any = anySide();
        stored.publish(Map.of(), Map.of(any.id(), new Gap(1, List.of(), true)), Map.of());
        assertThat(stored.found()).contains(any.id() + " is stored; it is kept as a gap");
    }

    private EventId missing() {
        for (PageId id : stored.ids()) {
            for (Side side : stored.page(id).sides()) {
                for (Edge edge : side.parents()) {
                    if (edge instanceof Edge.Unknown unknown) {
                        return unknown.id();
                    }
                }
            }
        }
        throw new AssertionError("no gap");
    }

    private Side anySide() {
        return stored.page(stored.ids().get(1)).sides().get(0);
    }
}
