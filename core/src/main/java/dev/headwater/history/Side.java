package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.List;

/**
 * An event's side data: everything about it that a walk needs and that may change, without its body.
 *
 * @param correctedDepth greater than that of every stored parent
 * @param originServerTs milliseconds since the epoch as the event claims; 0 if it is not an integer
 * @param visibility to whom it may be shown; follows from {@code state}, kind and parents
 * @param parents its {@code prev_events} in order, each once
 * @param silent walked through, but never emitted and never counted
 * @param marked a redaction of this event was seen: its full copy is not shown
 * @param bodyOffset where its bytes begin in its body page
 * @param bodyLength how many bytes it has
 */
public record Side(
        EventId id,
        long correctedDepth,
        long originServerTs,
        EventKind kind,
        Visibility visibility,
        StateAround state,
        boolean silent,
        boolean marked,
        List<Edge> parents,
        int bodyOffset,
        int bodyLength) {
    public Side {
        parents = List.copyOf(parents);
    }

    public Side withCorrectedDepth(long depth) {
        return new Side(
                id, depth, originServerTs, kind, visibility, state, silent, marked, parents, bodyOffset, bodyLength);
    }

    public Side withVisibility(Visibility value) {
        return new Side(
                id,
                correctedDepth,
                originServerTs,
                kind,
                value,
                state,
                silent,
                marked,
                parents,
                bodyOffset,
                bodyLength);
    }

    public Side withState(StateAround value) {
        return new Side(
                id,
                correctedDepth,
                originServerTs,
                kind,
                visibility,
                value,
                silent,
                marked,
                parents,
                bodyOffset,
                bodyLength);
    }

    public Side withParents(List<Edge> value) {
        return new Side(
                id,
                correctedDepth,
                originServerTs,
                kind,
                visibility,
                state,
                silent,
                marked,
                value,
                bodyOffset,
                bodyLength);
    }

    public Side asMarked() {
        return new Side(
                id,
                correctedDepth,
                originServerTs,
                kind,
                visibility,
                state,
                silent,
                true,
                parents,
                bodyOffset,
                bodyLength);
    }
}
