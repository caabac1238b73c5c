package dev.headwater.gateway.transfer;

import dev.headwater.history.EventKind;
import dev.headwater.history.Mark;
import dev.headwater.history.NewEvent;
import dev.headwater.history.Redacted;
import dev.headwater.history.RoomHead;
import dev.headwater.history.Side;
import dev.headwater.history.WriteBasis;
import dev.headwater.id.EventId;
import dev.headwater.id.UserId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Compares marks, redacted events and redacted senders of one room with what its events ask for. */
final class MarkComparison {
    private final RoomHead head;
    private final Consumer<String> differs;
    private final Map<EventId, Long> undecided = new HashMap<>();
    private final Set<EventId> marked = new HashSet<>();
    private final Set<UserId> redactedSenders = new HashSet<>();
    private boolean flagsMayBeGone;
    private long forGood;

    MarkComparison(RoomHead head, Consumer<String> differs) {
        this.head = head;
        this.differs = differs;
    }

    /**
     * Notes an event.
     *
     * @param derived from its body
     * @param whole whether a redaction would change the body
     * @param basis what is stored of it and of its sender
     */
    void note(Side side, NewEvent derived, boolean whole, WriteBasis basis) {
        EventId target = derived.redacts();
        if (side.undecided() && target != null) {
            undecided.merge(target, 1L, Long::sum);
        } else if (side.undecided()) {
            differs.accept(side.id() + " is undecided, though it asks for nothing");
        }
        if (derived.redactsAllOf() != null) {
            redactedSenders.add(derived.redactsAllOf());
        }
        if (side.redacted() == Redacted.FOR_GOOD) {
            forGood++;
            flagsMayBeGone |= side.kind() == EventKind.MEMBERSHIP;
            if (whole) {
                differs.accept(side.id() + " is redacted for good; its full body is stored");
            }
        }
        boolean ofRedactedSender = basis.redactedSenders().contains(derived.sender());
        if (ofRedactedSender
                && side.redacted() == Redacted.NO
                && side.kind() != EventKind.CREATE
                && !head.markingSenders()) {
            differs.accept(side.id() + " is not marked; all events of " + derived.sender() + " are redacted");
        }
        if (side.redacted() == Redacted.ASKED && !ofRedactedSender) {
            marked.add(side.id());
        }
    }

    /** The events of which marks are to be asked for at the end. */
    Set<EventId> targets() {
        return undecided.keySet();
    }

    Set<UserId> redactedSenders() {
        return redactedSenders;
    }

    long redactedForGood() {
        return forGood;
    }

    /**
     * Compares when all events are noted.
     *
     * @param basis what is stored of {@link #targets} and {@link #redactedSenders}
     * @param stored how many marks are stored in all
     */
    void conclude(WriteBasis basis, long stored) {
        undecided.forEach((target, count) -> {
            Mark mark = basis.marks().getOrDefault(target, Mark.NONE);
            if (mark.undecided() != count) {
                differs.accept(
                        target + " has a mark of " + mark.undecided() + " undecided redactions; expected " + count);
            }
        });
        redactedSenders.stream()
                .filter(sender -> !basis.redactedSenders().contains(sender))
                .forEach(sender -> differs.accept(sender + " is not kept as a redacted sender"));
        marked.stream()
                .filter(event -> !undecided.containsKey(event))
                .forEach(event -> differs.accept(event + " is marked; nothing asks for that"));
        long expected = undecided.size() + redactedSenders.size();
        if (stored < expected || stored > expected && !flagsMayBeGone) {
            differs.accept("there are " + stored + " marks; expected " + expected);
        }
    }
}
