package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.Publication;
import dev.headwater.history.RoomHead;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.history.StateAround;
import dev.headwater.history.StateRoot;
import dev.headwater.history.Visibility;
import dev.headwater.id.RoomId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

class RoomVerifyTest {
    private final MemoryEventStore store = new MemoryEventStore();
    private final List<String> room = Dumps.lines();

    @TempDir
    private Path directory;

    @Test
    void findsNothingWrongInARoomAsImported() {
        Dumps.load(store, Dumps.file(directory, room));

        VerifyReport report = Dumps.verify(store, Dumps.ROOM);

        assertThat(report.examples()).isEmpty();
        assertThat(report.differences()).isZero();
        assertThat(report.head().events()).isEqualTo(room.size());
        assertThat(report.gaps()).isZero();
        assertThat(report.severed()).isZero();
        assertThat(report.ties()).isPositive();
        assertThat(report.open()).isEqualTo(room.size());
    }

    @Test
    void countsAGapForAMissingParent() {
        List<String> holed = new ArrayList<>(room);
        holed.remove(200);
        Dumps.load(store, Dumps.file(directory, holed));

        VerifyReport report = Dumps.verify(store, Dumps.ROOM);

        assertThat(report.differences()).isZero();
        assertThat(report.gaps()).isEqualTo(1);
        assertThat(report.open()).isLessThan(holed.size());
    }

    @Test
    void findsADepthThatIsNotAboveItsParents() {
        Dumps.load(store, Dumps.file(directory, room));
        change(side -> side.withCorrectedDepth(0));

        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .anyMatch(line -> line.contains(" has depth 0; expected more than its parent's "));
    }

    @Test
    void findsAVisibilityThatDoesNotFollowFromTheState() {
        Dumps.load(store, Dumps.file(directory, room));
        change(side -> side.withVisibility(Visibility.UNKNOWN));

        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .anyMatch(line -> line.endsWith(" is stored as UNKNOWN; expected OPEN"));
        change(side -> side.withVisibility(Visibility.JOINED));
        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .anyMatch(line -> line.endsWith(" is stored as JOINED; expected OPEN"));
    }

    @Test
    void findsAStateThatDoesNotFollowFromTheParents() {
        Dumps.load(store, Dumps.file(directory, room));
        change(side -> side.withState(StateAround.UNKNOWN));
        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .anyMatch(line -> line.endsWith(" has no state stored; expected one, since its parents have"));
        change(side -> side.withState(new StateAround(StateRoot.EMPTY, StateRoot.EMPTY, false)));
        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .anyMatch(line -> line.endsWith(" has another state before it stored than its parents give"))
                .anyMatch(line -> line.contains(" has another state before it "));
        change(side -> side.withState(new StateAround(StateRoot.EMPTY, StateRoot.EMPTY, true)));
        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .noneMatch(line -> line.contains(" has another state after it "));
    }

    @Test
    void findsAnEdgeThatLeadsElsewhere() {
        Dumps.load(store, Dumps.file(directory, room));
        change(side -> side.withParents(List.of()));

        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .anyMatch(line -> line.endsWith(" has the parents 1; stored is 0"));
    }

    @Test
    void findsBytesThatAreNotTheEvents() {
        Dumps.load(store, Dumps.file(directory, room));
        change(side -> new Side(
                side.id(),
                side.correctedDepth(),
                side.originServerTs(),
                side.kind(),
                side.visibility(),
                side.state(),
                side.silent(),
                side.redacted(),
                side.undecided(),
                side.parents(),
                side.bodyOffset() + 1,
                side.bodyLength()));

        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .anyMatch(line -> line.contains(" is no event: ") || line.contains(" ends at byte "));
    }

    @Test
    void isEmptyForARoomThatIsNotStored() {
        StepVerifier.create(new RoomVerify(store, RoomId.parse("!none:hs.example")).run(events -> {}))
                .verifyComplete();
    }

    /** Changes the last event of the fifth page behind everybody's back. */
    private void change(UnaryOperator<Side> change) {
        EventStore open = store;
        List<PageId> ids = Objects.requireNonNull(
                open.pagesFrom(Dumps.ROOM, PageId.LOWEST, EventStore.MAX_PLAN).block());
        Pages pages = Objects.requireNonNull(
                open.plan(Dumps.ROOM, List.of(ids.get(4))).block());
        SidePage page = Objects.requireNonNull(pages.pages().get(ids.get(4))).side();
        List<Side> sides = new ArrayList<>(page.sides());
        sides.set(sides.size() - 1, change.apply(sides.get(sides.size() - 1)));
        RoomHead head = pages.head();
        RoomHead next = new RoomHead(
                head.room(),
                head.roomVersion(),
                head.version() + 1,
                head.raises(),
                head.lazyEdges(),
                head.sweepFrom(),
                head.restating(),
                head.judgeFrom(),
                head.markingSenders(),
                head.bodyChanges(),
                head.lastStateChunk(),
                head.events());
        assertThat(open.publish(Publication.ofSides(next, List.of(new SidePage(page.id(), sides))))
                        .block())
                .isTrue();
    }
}
