package dev.headwater.history;

import dev.headwater.history.RedactionRule.Asking;
import dev.headwater.history.RedactionRule.Target;
import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Decides about stored redactions again, and says where something else is stored. For one room that nobody writes to. */
public final class RedactionCheck {
    private static final long KEPT_STATES = 4 * 1024 * 1024;

    private final StateNodes states;
    private final RoomHead head;

    public RedactionCheck(EventStore store, RoomHead head) {
        this.states = new StateNodes(store, KEPT_STATES);
        this.head = head;
    }

    /**
     * Checks some redactions. Starts on subscription. Fails with {@link StoreUnavailableException}.
     *
     * @param redactions where events lie that are; 32 at most
     * @return a line for each that is not as it should be
     */
    public Mono<List<String>> differences(List<Place> redactions) {
        return redactions.isEmpty()
                ? Mono.just(List.of())
                : new RedactionFacts(states, head, redactions)
                        .read()
                        .map(RedactionCheck::differences)
                        // Whoever checks the room finds out that it was written to.
                        .onErrorReturn(LostRaceException.class, List.of());
    }

    private static List<String> differences(RedactionFacts facts) {
        List<String> lines = new ArrayList<>();
        for (Place place : facts.redactions()) {
            String found = difference(facts, place);
            if (found != null) {
                lines.add(facts.events().side(place).id() + found);
            }
        }
        return lines;
    }

    private static @Nullable String difference(RedactionFacts facts, Place redaction) {
        Asking asking = facts.asking(redaction);
        EventId id = facts.target(redaction);
        if (asking == null || id == null) {
            return null;
        }
        boolean undecided = facts.events().side(redaction).undecided();
        boolean judged = facts.head().judgeFrom() == RoomHead.NOTHING_TO_SWEEP;
        Place place = facts.placeOf(id);
        if (place == null) {
            return undecided ? null : " is decided, though " + id + " is not stored";
        }
        Side target = facts.events().side(place);
        if (target.redacted() == Redacted.FOR_GOOD) {
            return undecided && judged ? " is undecided, though " + id + " is redacted for good" : null;
        }
        if (undecided && target.redacted() == Redacted.NO && target.kind() != EventKind.CREATE) {
            return " is undecided, though " + id + " is not marked";
        }
        Target described = facts.described(place);
        if (described == null || target.undecided()) {
            return null;
        }
        return switch (RedactionRule.of(facts.rules(), asking, described, facts.power(redaction, asking.sender()))) {
            case VALID -> judged || !undecided ? " is valid, though " + id + " is not redacted for good" : null;
            case NOT_VALID -> judged && undecided ? " is undecided; expected that it is not valid" : null;
            case NOT_PROVABLE -> undecided ? null : " is decided; expected that it cannot be";
        };
    }
}
