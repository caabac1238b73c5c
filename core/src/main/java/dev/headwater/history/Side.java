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
 * @param redacted whether its redacted copy is shown in its place, or is all that is left
 * @param undecided it asks for the redaction of an event, and whether that was its sender's right is not decided
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
        Redacted redacted,
        boolean undecided,
        List<Edge> parents,
        int bodyOffset,
        int bodyLength) {
    public Side {
        parents = List.copyOf(parents);
    }

    /** Whether its full copy is not to be shown. */
    public boolean marked() {
        return redacted != Redacted.NO;
    }

    public Side withCorrectedDepth(long depth) {
        return with(depth, visibility, state, redacted, undecided, parents, bodyLength);
    }

    public Side withVisibility(Visibility value) {
        return with(correctedDepth, value, state, redacted, undecided, parents, bodyLength);
    }

    public Side withState(StateAround value) {
        return with(correctedDepth, visibility, value, redacted, undecided, parents, bodyLength);
    }

    public Side withParents(List<Edge> value) {
        return with(correctedDepth, visibility, state, redacted, undecided, value, bodyLength);
    }

    public Side withRedacted(Redacted value) {
        return with(correctedDepth, visibility, state, value, undecided, parents, bodyLength);
    }

    /** The same with a mark, unless it is redacted for good, or the create event, which never is. */
    Side asMarked() {
        return redacted == Redacted.NO && kind != EventKind.CREATE ? withRedacted(Redacted.ASKED) : this;
    }

    Side asDecided() {
        return with(correctedDepth, visibility, state, redacted, false, parents, bodyLength);
    }

    Side withBodyLength(int value) {
        return with(correctedDepth, visibility, state, redacted, undecided, parents, value);
    }

    private Side with(
            long depth,
            Visibility newVisibility,
            StateAround newState,
            Redacted newRedacted,
            boolean newUndecided,
            List<Edge> newParents,
            int newLength) {
        return new Side(
                id,
                depth,
                originServerTs,
                kind,
                newVisibility,
                newState,
                silent,
                newRedacted,
                newUndecided,
                newParents,
                bodyOffset,
                newLength);
    }
}
