package dev.headwater.gateway.transfer;

import dev.headwater.event.BadEventException;
import dev.headwater.event.EventGate;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.history.Edge;
import dev.headwater.history.Gap;
import dev.headwater.history.NewEvent;
import dev.headwater.history.Page;
import dev.headwater.history.Place;
import dev.headwater.history.RoomHead;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.history.StateCheck;
import dev.headwater.history.Tally;
import dev.headwater.history.TimeRun;
import dev.headwater.history.WriteBasis;
import dev.headwater.id.EventId;
import dev.headwater.id.UserId;
import dev.headwater.room.Redaction;
import dev.headwater.sign.PduSignatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares the pages of one room with what their events' bytes give, one page after another. */
final class PageComparison {
    private static final int EXAMPLES = 20;

    private final RoomHead head;
    private final SideFacts facts;
    private final MarkComparison marks;
    private final Set<EventId> gaps = new HashSet<>();
    private final List<String> examples = new ArrayList<>();
    private long differences;
    private long events;
    private long redacted;
    private long open;
    private long known;
    private long severed;
    private long timeRuns;

    /** What the bodies of a page give, by slot; null where one is no event. */
    record Read(Page page, List<@Nullable Derived> events) {}

    /** @param whole whether a redaction would change the body */
    private record Derived(NewEvent event, boolean whole) {}

    PageComparison(RoomHead head, SideFacts facts) {
        this.head = head;
        this.facts = facts;
        this.marks = new MarkComparison(head, this::differs);
        if (head.events() != facts.events()) {
            differs("the head counts " + head.events() + " events; expected " + facts.events());
        }
    }

    /** Reads the bodies of a page, and compares what can be without asking for more. */
    Read read(Page page) {
        List<@Nullable Derived> read = new ArrayList<>();
        page.side().sides().forEach(side -> read.add(derive(page, side)));
        if (page.side().sealed()) {
            compareRest(page);
        }
        return new Read(page, read);
    }

    /** What no event of a sealed page refers to has gone. */
    private void compareRest(Page page) {
        byte[] rest = page.bodies().clone();
        for (Side side : page.side().sides()) {
            int end = Math.min(rest.length, side.bodyOffset() + side.bodyLength());
            Arrays.fill(rest, Math.min(side.bodyOffset(), end), end, (byte) 0);
        }
        int left = 0;
        for (byte one : rest) {
            left += one == 0 ? 0 : 1;
        }
        if (left > 0) {
            differs(page.side().id() + " is sealed and holds " + left + " bytes of no event; expected zeros");
        }
    }

    /** The events that are to be asked for: those on the page, and those that its edges take for missing or cut off. */
    Set<EventId> namedBy(Read read) {
        Set<EventId> named = new LinkedHashSet<>();
        for (Side side : read.page().side().sides()) {
            named.add(side.id());
            for (Edge edge : side.parents()) {
                if (edge instanceof Edge.Unknown unknown) {
                    named.add(unknown.id());
                } else if (edge instanceof Edge.Severed severed) {
                    named.add(severed.id());
                }
            }
        }
        return named;
    }

    Set<UserId> sendersOf(Read read) {
        Set<UserId> senders = new HashSet<>();
        for (Derived derived : read.events()) {
            if (derived != null) {
                senders.add(derived.event().sender());
            }
        }
        return senders;
    }

    /** Where the redactions of a page lie. */
    List<Place> redactionsIn(Read read) {
        List<Place> places = new ArrayList<>();
        for (int slot = 0; slot < read.events().size(); slot++) {
            Derived derived = read.events().get(slot);
            if (derived != null && derived.event().redacts() != null) {
                places.add(new Place(read.page().side().id(), slot));
            }
        }
        return places;
    }

    /**
     * Compares a page.
     *
     * @param basis what is stored of the events of {@link #namedBy} and of their senders
     * @param runs of time by which the page is found
     * @param elsewhere what {@link StateCheck} and {@link dev.headwater.history.RedactionCheck} have found
     * @return how many events were compared so far
     */
    long compare(Read read, WriteBasis basis, List<TimeRun> runs, List<String> elsewhere) {
        elsewhere.forEach(this::differs);
        SidePage sides = read.page().side();
        List<TimeRun> expectedRuns = TimeRun.of(sides);
        timeRuns += expectedRuns.size();
        if (!runs.equals(expectedRuns)) {
            differs(sides.id() + " is found by the times " + runs + "; expected " + expectedRuns);
        }
        for (int slot = 0; slot < sides.sides().size(); slot++) {
            Side side = sides.sides().get(slot);
            Place place = new Place(sides.id(), slot);
            if (!place.equals(basis.places().get(side.id()))) {
                differs(side.id() + " lies at " + place + "; the index says "
                        + basis.places().get(side.id()));
            }
            if (basis.gaps().containsKey(side.id())) {
                differs(side.id() + " is stored; it is kept as a gap");
            }
            Derived derived = read.events().get(slot);
            if (derived != null) {
                marks.note(side, derived.event(), derived.whole(), basis);
            }
            compareEdges(place, side, basis);
            open += side.visibility().isOpen() ? 1 : 0;
            known += side.state().isKnown() ? 1 : 0;
            events++;
        }
        return events;
    }

    MarkComparison marks() {
        return marks;
    }

    /** Whether no difference was found so far. */
    boolean isSound() {
        return differences == 0;
    }

    /** Notes a difference that was found elsewhere. */
    void note(String difference) {
        differs(difference);
    }

    /** Compares what the room holds in all. */
    void conclude(WriteBasis marked, Tally tally) {
        marks.conclude(marked, tally.marks());
        if (tally.places() != facts.events()) {
            differs("the index has " + tally.places() + " entries; expected " + facts.events());
        }
        if (tally.gaps() != gaps.size()) {
            differs("there are " + tally.gaps() + " gaps kept; expected " + gaps.size());
        }
        if (tally.runs() != timeRuns) {
            differs("pages are found by " + tally.runs() + " runs of time; expected " + timeRuns);
        }
    }

    VerifyReport report(AdmissionComparison.Outcome admitted) {
        return new VerifyReport(
                head,
                facts.pages(),
                redacted,
                marks.redactedForGood(),
                open,
                known,
                gaps.size(),
                facts.ties(),
                severed,
                admitted.servers(),
                admitted.admission(),
                differences,
                examples);
    }

    private @Nullable Derived derive(Page page, Side side) {
        int end = side.bodyOffset() + side.bodyLength();
        if (end > page.bodies().length) {
            differs(side.id() + " ends at byte " + end + " of a page of " + page.bodies().length);
            return null;
        }
        byte[] body = Arrays.copyOfRange(page.bodies(), side.bodyOffset(), end);
        Pdu pdu;
        try {
            pdu = PduReader.fromUntrusted(head.roomVersion(), body);
        } catch (BadEventException e) {
            differs(side.id() + " is no event: " + e.getMessage());
            return null;
        }
        Verified.Accepted verified = PduSignatures.trusting(pdu);
        boolean whole = !Redaction.redact(pdu.json(), head.roomVersion()).equals(pdu.json());
        if (verified instanceof Verified.HashDiffers) {
            redacted++;
            if (whole) {
                differs(side.id() + " is neither what was signed nor its redacted copy");
            }
        }
        NewEvent derived = EventGate.admit(pdu, verified);
        expect(side, "ID", pdu.id(), side.id());
        expect(side, "room", pdu.room(), head.room());
        expect(side, "time", derived.originServerTs(), side.originServerTs());
        expect(side, "kind", derived.kind(), side.kind());
        expect(side, "parents", derived.prevEvents().size(), side.parents().size());
        if (derived.prevEvents().size() == side.parents().size()) {
            for (int i = 0; i < side.parents().size(); i++) {
                compareEdge(side, derived.prevEvents().get(i), side.parents().get(i));
            }
        }
        return new Derived(derived, whole);
    }

    private void compareEdge(Side side, EventId named, Edge stored) {
        boolean same = stored instanceof Edge.Known known
                ? facts.holds(known.place()) && facts.isAt(known.place(), named)
                : stored instanceof Edge.Unknown unknown
                        ? unknown.id().equals(named)
                        : stored instanceof Edge.Severed cut && cut.id().equals(named);
        if (!same) {
            differs(side.id() + " follows " + named + "; its edge leads to " + stored);
        }
    }

    private void compareEdges(Place place, Side side, WriteBasis basis) {
        for (Edge edge : side.parents()) {
            if (edge instanceof Edge.Known known && facts.holds(known.place())) {
                long parent = facts.depth(known.place());
                if (side.correctedDepth() <= parent) {
                    differs(side.id() + " has depth " + side.correctedDepth() + "; expected more than its parent's "
                            + parent);
                }
            } else if (edge instanceof Edge.Unknown unknown) {
                compareGap(place, side, unknown.id(), basis);
            } else if (edge instanceof Edge.Severed cut) {
                severed++;
                Place parent = basis.places().get(cut.id());
                boolean itself = cut.id().equals(side.id());
                // What descends from an event stands above it.
                if (!itself && parent != null && facts.holds(parent) && facts.depth(parent) <= side.correctedDepth()) {
                    differs(side.id() + " is cut off from " + cut.id() + "; that edge closes no cycle");
                }
            }
        }
    }

    private void compareGap(Place place, Side side, EventId missing, WriteBasis basis) {
        if (basis.places().containsKey(missing)) {
            if (!head.lazyEdges()) {
                differs(side.id() + " takes " + missing + " for missing; it is stored");
            }
            return;
        }
        gaps.add(missing);
        Gap gap = basis.gaps().get(missing);
        if (gap == null) {
            differs(side.id() + " waits for " + missing + "; no gap is kept for it");
        } else if (gap.lowestChild() > side.correctedDepth()) {
            differs(side.id() + " waits for " + missing + " at depth " + side.correctedDepth() + "; its gap says "
                    + gap.lowestChild());
        } else if (gap.complete() && !gap.children().contains(place)) {
            differs(side.id() + " waits for " + missing + "; its gap does not know");
        }
    }

    private void expect(Side side, String what, Object derived, Object stored) {
        if (!Objects.equals(derived, stored)) {
            differs(side.id() + " has the " + what + " " + derived + "; stored is " + stored);
        }
    }

    private void differs(String line) {
        differences++;
        if (examples.size() < EXAMPLES) {
            examples.add(line);
        }
    }
}
