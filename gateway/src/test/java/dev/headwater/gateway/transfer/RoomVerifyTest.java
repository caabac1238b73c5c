package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.Edge;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.history.StateAround;
import dev.headwater.history.StateRoot;
import dev.headwater.history.Visibility;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

/** What {@code verify} says of events, their bytes, their order and their states. */
class RoomVerifyTest {
    private final StoredDump stored = new StoredDump();
    private final List<String> room = Dumps.lines();

    @TempDir
    private Path directory;

    @Test
    void findsNothingWrongInARoomAsImported() {
        stored.load(Dumps.file(directory, room));

        VerifyReport report = Dumps.verify(stored.store, Dumps.ROOM);

        assertThat(report.examples()).isEmpty();
        assertThat(report.differences()).isZero();
        assertThat(report.head().events()).isEqualTo(room.size());
        assertThat(report.gaps()).isZero();
        assertThat(report.severed()).isZero();
        assertThat(report.ties()).isPositive();
        assertThat(report.open()).isEqualTo(room.size());
    }

    @Test
    void findsBytesOfNoEventInASealedPage() {
        stored.load(Dumps.file(directory, room));
        PageId page = stored.ids().get(4);
        SidePage side = stored.page(page);
        assertThat(side.sealed()).isTrue();
        Pages read = Objects.requireNonNull(
                stored.store.window(Dumps.ROOM, List.of(page)).block());
        byte[] bodies = Objects.requireNonNull(read.pages().get(page)).bodies();
        byte[] longer = Arrays.copyOf(bodies, bodies.length + 9);
        stored.publishSealed(Map.of(page, longer));
        assertThat(Dumps.verify(stored.store, Dumps.ROOM).differences()).isZero();
        longer[bodies.length + 4] = '!';
        stored.publishSealed(Map.of(page, longer));

        assertThat(stored.found()).containsExactly(page + " is sealed and holds 1 bytes of no event; expected zeros");
    }

    @Test
    void countsAGapForAMissingParent() {
        List<String> holed = new ArrayList<>(room);
        holed.remove(200);
        stored.load(Dumps.file(directory, holed));

        VerifyReport report = Dumps.verify(stored.store, Dumps.ROOM);

        assertThat(report.differences()).isZero();
        assertThat(report.gaps()).isEqualTo(1);
        assertThat(report.open()).isLessThan(holed.size());
    }

    @Test
    void findsADepthThatIsNotAboveItsParents() {
        stored.load(Dumps.file(directory, room));
        stored.change(side -> side.withCorrectedDepth(0));

        assertThat(stored.found()).anyMatch(line -> line.contains(" has depth 0; expected more than its parent's "));
    }

    @Test
    void findsAVisibilityThatDoesNotFollowFromTheState() {
        stored.load(Dumps.file(directory, room));
        stored.change(side -> side.withVisibility(Visibility.UNKNOWN));

        assertThat(stored.found()).anyMatch(line -> line.endsWith(" is stored as UNKNOWN; expected OPEN"));
        stored.change(side -> side.withVisibility(Visibility.JOINED));
        assertThat(stored.found()).anyMatch(line -> line.endsWith(" is stored as JOINED; expected OPEN"));
    }

    @Test
    void findsAStateThatDoesNotFollowFromTheParents() {
        stored.load(Dumps.file(directory, room));
        stored.change(side -> side.withState(StateAround.UNKNOWN));
        assertThat(stored.found())
                .anyMatch(line -> line.endsWith(" has no state stored; expected one, since its parents have"));
        stored.change(side -> side.withState(new StateAround(StateRoot.EMPTY, StateRoot.EMPTY, false)));
        assertThat(stored.found())
                .anyMatch(line -> line.endsWith(" has another state before it stored than its parents give"))
                .anyMatch(line -> line.contains(" has another state before it "));
        stored.change(side -> side.withState(new StateAround(StateRoot.EMPTY, StateRoot.EMPTY, true)));
        assertThat(stored.found()).noneMatch(line -> line.contains(" has another state after it "));
    }

    @Test
    void findsAnEdgeThatLeadsElsewhere() {
        stored.load(Dumps.file(directory, room));
        stored.change(side -> side.withParents(List.of()));

        assertThat(stored.found()).anyMatch(line -> line.endsWith(" has the parents 1; stored is 0"));
    }

    @Test
    void findsBytesThatAreNotTheEvents() {
        stored.load(Dumps.file(directory, room));
        stored.change(side -> new Side(
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

        assertThat(stored.found()).anyMatch(line -> line.contains(" is no event: ") || line.contains(" ends at byte "));
    }

    @Test
    void isEmptyForARoomThatIsNotStored() {
        StepVerifier.create(new RoomVerify(stored.store, RoomId.parse("!none:hs.example")).run(events -> {}))
                .verifyComplete();
    }

    @Test
    void findsAnEdgeThatIsCutThoughItClosesNoCycle() {
        stored.load(Dumps.file(directory, room));
        EventId create = EventId.parse("$" + Dumps.ROOM.value().substring(1));
        stored.assertFound(
                " is cut off from " + create + "; that edge closes no cycle",
                side -> side.withParents(List.of(new Edge.Severed(create))));
    }
}
