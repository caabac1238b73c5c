package dev.headwater.gateway.transfer;

import dev.headwater.event.BadEventException;
import dev.headwater.event.EventGate;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.history.Edge;
import dev.headwater.history.NewEvent;
import dev.headwater.history.Page;
import dev.headwater.history.Place;
import dev.headwater.history.RoomHead;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.history.StateCheck;
import dev.headwater.id.EventId;
import dev.headwater.room.Redaction;
import dev.headwater.sign.PduSignatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Compares the pages of one room with what their events' bytes give, one page after another. */
final class PageComparison {
    private static final int EXAMPLES = 20;

    private final RoomHead head;
    private final SideFacts facts;
    private final Set<EventId> gaps = new HashSet<>();
    private final List<String> examples = new ArrayList<>();
    private long differences;
    private long events;
    private long redacted;
    private long open;
    private long known;
    private long severed;

    PageComparison(RoomHead head, SideFacts facts) {
        this.head = head;
        this.facts = facts;
        if (head.events() != facts.events()) {
            differs("the head counts " + head.events() + " events; expected " + facts.events());
        }
    }

    /** The events that the index is to be asked for: those on the page, and those that its edges take for missing. */
    Set<EventId> namedBy(SidePage page) {
        Set<EventId> named = new LinkedHashSet<>();
        for (Side side : page.sides()) {
            named.add(side.id());
            for (Edge edge : side.parents()) {
                if (edge instanceof Edge.Unknown unknown) {
                    named.add(unknown.id());
                }
            }
        }
        return named;
    }

    /**
     * Compares a page.
     *
     * @param index where the index says that the events of {@link #namedBy} lie
     * @param states where {@link StateCheck} has found something else than is stored
     * @return how many events were compared so far
     */
    long compare(Page page, Map<EventId, Place> index, List<String> states) {
        states.forEach(this::differs);
        SidePage sides = page.side();
        for (int slot = 0; slot < sides.sides().size(); slot++) {
            Side side = sides.sides().get(slot);
            Place place = new Place(sides.id(), slot);
            if (!place.equals(index.get(side.id()))) {
                differs(side.id() + " lies at " + place + "; the index says " + index.get(side.id()));
            }
            compareBody(page, side);
            compareEdges(side, index);
            open += side.visibility().isOpen() ? 1 : 0;
            known += side.state().isKnown() ? 1 : 0;
            events++;
        }
        return events;
    }

    VerifyReport report() {
        return new VerifyReport(
                head, facts.pages(), redacted, open, known, gaps.size(), facts.ties(), severed, differences, examples);
    }

    private void compareBody(Page page, Side side) {
        int end = side.bodyOffset() + side.bodyLength();
        if (end > page.bodies().length) {
            differs(side.id() + " ends at byte " + end + " of a page of " + page.bodies().length);
            return;
        }
        byte[] body = Arrays.copyOfRange(page.bodies(), side.bodyOffset(), end);
        Pdu pdu;
        try {
            pdu = PduReader.fromUntrusted(head.roomVersion(), body);
        } catch (BadEventException e) {
            differs(side.id() + " is no event: " + e.getMessage());
            return;
        }
        Verified.Accepted verified = PduSignatures.trusting(pdu);
        if (verified instanceof Verified.HashDiffers) {
            redacted++;
            if (!Redaction.redact(pdu.json(), head.roomVersion()).equals(pdu.json())) {
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

    private void compareEdges(Side side, Map<EventId, Place> index) {
        for (Edge edge : side.parents()) {
            if (edge instanceof Edge.Known known && facts.holds(known.place())) {
                long parent = facts.depth(known.place());
                if (side.correctedDepth() <= parent) {
                    differs(side.id() + " has depth " + side.correctedDepth() + "; expected more than its parent's "
                            + parent);
                }
            } else if (edge instanceof Edge.Unknown unknown) {
                if (!index.containsKey(unknown.id())) {
                    gaps.add(unknown.id());
                } else if (!head.lazyEdges()) {
                    differs(side.id() + " takes " + unknown.id() + " for missing; it is stored");
                }
            } else if (edge instanceof Edge.Severed) {
                severed++;
            }
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
