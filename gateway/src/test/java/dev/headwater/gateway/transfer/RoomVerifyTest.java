package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.history.CountingStore;
import dev.headwater.history.Edge;
import dev.headwater.history.EventStore;
import dev.headwater.history.Gap;
import dev.headwater.history.Mark;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.Place;
import dev.headwater.history.Publication;
import dev.headwater.history.Redacted;
import dev.headwater.history.RoomHead;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.history.StateAround;
import dev.headwater.history.StateRoot;
import dev.headwater.history.Tally;
import dev.headwater.history.TimeRun;
import dev.headwater.history.Visibility;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.SignedRoom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class RoomVerifyTest {
    private static final String EVA = "@eva:e.example";

    private final EventStore store = new MemoryEventStore();
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
    void findsBytesOfNoEventInASealedPage() {
        Dumps.load(store, Dumps.file(directory, room));
        PageId page = ids().get(4);
        SidePage side = page(page);
        assertThat(side.sealed()).isTrue();
        Pages read =
                Objects.requireNonNull(store.window(Dumps.ROOM, List.of(page)).block());
        byte[] bodies = Objects.requireNonNull(read.pages().get(page)).bodies();
        byte[] longer = Arrays.copyOf(bodies, bodies.length + 9);
        publishSealed(Map.of(page, longer));
        assertThat(Dumps.verify(store, Dumps.ROOM).differences()).isZero();
        longer[bodies.length + 4] = '!';
        publishSealed(Map.of(page, longer));

        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .containsExactly(page + " is sealed and holds 1 bytes of no event; expected zeros");
    }

    private void publishSealed(Map<PageId, byte[]> bodies) {
        RoomHead head = Objects.requireNonNull(store.plan(Dumps.ROOM, List.of()).block())
                .head();
        assertThat(store.publish(new Publication(
                                next(head),
                                List.of(),
                                Map.of(),
                                Map.of(),
                                Set.of(),
                                Map.of(),
                                Set.of(),
                                List.of(),
                                bodies,
                                Map.of()))
                        .block())
                .isTrue();
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
    void findsAPageThatIsNotFoundByTheTimesOfItsEvents() {
        Dumps.load(store, Dumps.file(directory, room));
        PageId page = ids().get(4);
        TimeRun wrong = new TimeRun(5, 0);
        EventStore changed = new CountingStore(store) {
            @Override
            public Mono<Map<PageId, List<TimeRun>>> timeRuns(RoomId id, Collection<PageId> pages) {
                return super.timeRuns(id, pages)
                        .map(runs -> pages.contains(page) ? Map.of(page, List.of(wrong)) : runs);
            }
        };

        VerifyReport report = Dumps.verify(changed, Dumps.ROOM);

        assertThat(report.examples())
                .containsExactly(
                        page + " is found by the times " + List.of(wrong) + "; expected " + TimeRun.of(page(page)));
    }

    @Test
    void findsTimesThatLeadToNoPage() {
        Dumps.load(store, Dumps.file(directory, room));
        EventStore changed = new CountingStore(store) {
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

    /** What a change of one event, behind everybody's back, is called. */
    private void plant(String expected, UnaryOperator<Side> change) {
        change(change);
        assertThat(Dumps.verify(store, Dumps.ROOM).examples()).anyMatch(line -> line.endsWith(expected));
    }

    @Test
    void findsMarksThatNothingAsksFor() {
        Dumps.load(store, Dumps.file(directory, room));
        plant(" is marked; nothing asks for that", side -> side.withRedacted(Redacted.ASKED));
        plant(" is redacted for good; its full body is stored", side -> side.withRedacted(Redacted.FOR_GOOD));
    }

    @Test
    void findsARedactionThatWasNotDecidedAsTheRoomSays() {
        SignedRoom signed = new SignedRoom(RoomVersion.V10);
        signed.join(EVA);
        Pdu hers = signed.say(EVA, "hers");
        Pdu right = signed.redact(EVA, hers.id());
        Pdu adas = signed.say(SignedRoom.ADA, "adas");
        Pdu wrong = signed.redact(EVA, adas.id());
        Pdu unproven = signed.redact(EVA, EventId.parse("$missing"));
        Path file = Dumps.file(directory, signed.lines());
        Dumps.load(store, file, signed.keys(), null, false);
        VerifyReport good = Dumps.verify(store, signed.id());
        assertThat(good.examples()).isEmpty();
        assertThat(good.redactedForGood()).isEqualTo(1);

        plant(signed, hers, Redacted.ASKED, false, right.id() + " is valid, though " + hers.id());
        plant(signed, hers, Redacted.FOR_GOOD, false, "");
        plant(signed, right, Redacted.NO, true, right.id() + " is undecided, though " + hers.id());
        plant(signed, right, Redacted.NO, true, hers.id() + " has a mark of 0 undecided redactions; expected 1");
        plant(signed, right, Redacted.NO, false, "");
        plant(signed, wrong, Redacted.NO, true, wrong.id() + " is undecided, though " + adas.id() + " is not marked");
        plant(signed, adas, Redacted.ASKED, false, wrong.id() + " is undecided; expected that it is not valid");
        plant(signed, wrong, Redacted.NO, false, adas.id() + " is marked; nothing asks for that");
        plant(signed, adas, Redacted.NO, false, "");
        plant(signed, unproven, Redacted.NO, false, unproven.id() + " is decided, though $missing is not stored");
        plant(signed, unproven, Redacted.NO, false, "there are 1 marks; expected 0");
        plant(signed, unproven, Redacted.NO, true, "");
        plant(signed, adas, Redacted.NO, true, adas.id() + " is undecided, though it asks for nothing");
    }

    /** Has an event say something else of redactions; {@code expected} is how a line begins, or nothing is found. */
    private void plant(SignedRoom signed, Pdu pdu, Redacted redacted, boolean undecided, String expected) {
        Place place = Objects.requireNonNull(
                        store.locate(signed.id(), List.of(pdu.id())).block())
                .places()
                .get(pdu.id());
        change(
                signed.id(),
                Objects.requireNonNull(place),
                side -> new Side(
                        side.id(),
                        side.correctedDepth(),
                        side.originServerTs(),
                        side.kind(),
                        side.visibility(),
                        side.state(),
                        side.silent(),
                        redacted,
                        undecided,
                        side.parents(),
                        side.bodyOffset(),
                        side.bodyLength()));
        List<String> found = Dumps.verify(store, signed.id()).examples();
        if (expected.isEmpty()) {
            assertThat(found).isEmpty();
        } else {
            assertThat(found).anyMatch(line -> line.startsWith(expected));
        }
    }

    @Test
    void findsAnEventOfARedactedSenderThatIsNotMarked() {
        SignedRoom signed = new SignedRoom(RoomVersion.V10);
        signed.join(EVA);
        Pdu spam = signed.say(EVA, "spam");
        signed.state(SignedRoom.ADA, "m.room.member", EVA, "{\"membership\":\"ban\",\"redact_events\":true}");
        Dumps.load(store, Dumps.file(directory, signed.lines()), signed.keys(), null, false);
        assertThat(Dumps.verify(store, signed.id()).examples()).isEmpty();
        plant(signed, spam, Redacted.NO, false, spam.id() + " is not marked; all events of " + EVA + " are redacted");
    }

    @Test
    void findsEntriesOfTheIndexAndGapsThatLeadNowhere() {
        Dumps.load(store, Dumps.file(directory, room));
        publish(Map.of(EventId.parse("$nowhere"), Place.of(900, 0, 0)), Map.of(), Map.of());
        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .containsExactly("the index has " + (room.size() + 1) + " entries; expected " + room.size());
        publish(Map.of(), Map.of(EventId.parse("$nobody"), new Gap(1, List.of(), true)), Map.of());
        publish(Map.of(), Map.of(), Map.of(EventId.parse("$nothing"), new Mark(1, 1)));
        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .contains("there are 1 gaps kept; expected 0", "there are 1 marks; expected 0");
    }

    @Test
    void findsWhatIsAtOddsWithTheGaps() {
        List<String> holed = new ArrayList<>(room);
        holed.remove(200);
        Dumps.load(store, Dumps.file(directory, holed));
        EventId missing = missing();
        publish(Map.of(), Map.of(missing, new Gap(5, List.of(), true)), Map.of());
        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .singleElement()
                .satisfies(line -> assertThat(line).endsWith(" waits for " + missing + "; its gap does not know"));
        publish(Map.of(), Map.of(missing, new Gap(1L << 40, List.of(), false)), Map.of());
        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .singleElement()
                .satisfies(line -> assertThat(line).endsWith("; its gap says " + (1L << 40)));
        change(side -> side.withParents(List.of(new Edge.Unknown(EventId.parse("$unheard")))));
        assertThat(Dumps.verify(store, Dumps.ROOM).examples())
                .anyMatch(line -> line.endsWith(" waits for $unheard; no gap is kept for it"));
        Side any = anySide();
        publish(Map.of(), Map.of(any.id(), new Gap(1, List.of(), true)), Map.of());
        assertThat(Dumps.verify(store, Dumps.ROOM).examples()).contains(any.id() + " is stored; it is kept as a gap");
    }

    @Test
    void findsAnEdgeThatIsCutThoughItClosesNoCycle() {
        Dumps.load(store, Dumps.file(directory, room));
        EventId create = EventId.parse("$" + Dumps.ROOM.value().substring(1));
        plant(
                " is cut off from " + create + "; that edge closes no cycle",
                side -> side.withParents(List.of(new Edge.Severed(create))));
    }

    private EventId missing() {
        for (PageId id : ids()) {
            for (Side side : page(id).sides()) {
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
        return page(ids().get(1)).sides().get(0);
    }

    private List<PageId> ids() {
        return Objects.requireNonNull(
                store.pagesFrom(Dumps.ROOM, PageId.LOWEST, EventStore.MAX_PLAN).block());
    }

    private SidePage page(PageId id) {
        Pages pages = Objects.requireNonNull(store.plan(Dumps.ROOM, List.of(id)).block());
        return Objects.requireNonNull(pages.pages().get(id)).side();
    }

    /** Changes the last event of the fifth page behind everybody's back. */
    private void change(UnaryOperator<Side> change) {
        PageId page = ids().get(4);
        change(Dumps.ROOM, new Place(page, page(page).sides().size() - 1), change);
    }

    private void change(RoomId id, Place place, UnaryOperator<Side> change) {
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

    private void publish(Map<EventId, Place> places, Map<EventId, Gap> gaps, Map<EventId, Mark> marks) {
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
                                Map.of(),
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
