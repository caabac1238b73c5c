package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.EventStore;
import dev.headwater.history.Gap;
import dev.headwater.history.Mark;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.Place;
import dev.headwater.history.Publication;
import dev.headwater.history.RoomHead;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A dump in a store, of which a test changes what is stored behind everybody's back. */
final class StoredDump {
    final EventStore store = new MemoryEventStore();

    void load(Path dump) {
        Dumps.load(store, dump);
    }

    /** What {@code verify} finds in it. */
    List<String> found() {
        return Dumps.verify(store, Dumps.ROOM).examples();
    }

    /** Asserts that {@code verify} has a line for a change of one event, and how it ends. */
    void assertFound(String ending, UnaryOperator<Side> change) {
        change(change);
        assertThat(found()).anyMatch(line -> line.endsWith(ending));
    }

    List<PageId> ids() {
        return Objects.requireNonNull(
                store.pagesFrom(Dumps.ROOM, PageId.LOWEST, EventStore.MAX_PLAN).block());
    }

    SidePage page(PageId id) {
        Pages pages = Objects.requireNonNull(store.plan(Dumps.ROOM, List.of(id)).block());
        return Objects.requireNonNull(pages.pages().get(id)).side();
    }

    /** Changes the last event of the fifth page. */
    void change(UnaryOperator<Side> change) {
        PageId page = ids().get(4);
        change(Dumps.ROOM, new Place(page, page(page).sides().size() - 1), change);
    }

    void change(RoomId id, Place place, UnaryOperator<Side> change) {
        Pages pages =
                Objects.requireNonNull(store.plan(id, List.of(place.page())).block());
        SidePage page = Objects.requireNonNull(pages.pages().get(place.page())).side();
        List<Side> sides = new ArrayList<>(page.sides());
        sides.set(place.slot(), change.apply(sides.get(place.slot())));
        assertThat(store.publish(Publication.ofSides(
                                next(pages.head()), List.of(new SidePage(page.id(), sides, page.sealed()))))
                        .block())
                .isTrue();
    }

    void publish(Map<EventId, Place> places, Map<EventId, Gap> gaps, Map<EventId, Mark> marks) {
        publish(places, gaps, marks, Map.of());
    }

    void publishSealed(Map<PageId, byte[]> bodies) {
        publish(Map.of(), Map.of(), Map.of(), bodies);
    }

    private void publish(
            Map<EventId, Place> places, Map<EventId, Gap> gaps, Map<EventId, Mark> marks, Map<PageId, byte[]> sealed) {
        RoomHead head = Objects.requireNonNull(store.plan(Dumps.ROOM, List.of()).block())
                .head();
        assertThat(store.publish(new Publication(
                                next(head),
                                List.of(),
                                places,
                                gaps,
                                Set.of(),
                                marks,
                                Set.of(),
                                List.of(),
                                sealed,
                                Map.of()))
                        .block())
                .isTrue();
    }

    private static RoomHead next(RoomHead head) {
        return new RoomHead(
                head.room(),
                head.roomVersion(),
                head.version() + 1,
                head.raises(),
                head.lazyEdges(),
                head.sweepFrom(),
                head.restating(),
                head.judgeFrom(),
                head.markingSenders(),
                head.sealFrom(),
                head.bodyChanges(),
                head.lastStateChunk(),
                head.events());
    }
}
