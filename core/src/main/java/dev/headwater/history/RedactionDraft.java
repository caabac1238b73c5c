package dev.headwater.history;

import dev.headwater.history.RedactionRule.Asking;
import dev.headwater.history.RedactionRule.Target;
import dev.headwater.history.RedactionRule.Verdict;
import dev.headwater.id.EventId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.room.Redaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Works out the one publish that decides some redactions, one after another, from the facts about them. */
final class RedactionDraft {
    private final RedactionFacts facts;
    private final PageEdits edits = new PageEdits();
    private final Map<EventId, Mark> marks = new HashMap<>();
    private final Map<PageId, BodyErasure> erasures = new HashMap<>();
    private final Map<Place, Redacted> changed = new HashMap<>();
    private final Set<Place> decided = new HashSet<>();

    private RedactionDraft(RedactionFacts facts) {
        this.facts = facts;
    }

    static RedactionDraft of(RedactionFacts facts) {
        RedactionDraft draft = new RedactionDraft(facts);
        facts.redactions().forEach(draft::decide);
        return draft;
    }

    int decided() {
        return decided.size();
    }

    PageEdits edits() {
        return edits;
    }

    Map<EventId, Mark> marks() {
        return marks;
    }

    boolean changesBodies() {
        return !erasures.isEmpty();
    }

    /** What changes in pages that are not sealed. */
    List<BodyChange> bodies() {
        List<BodyChange> changes = new ArrayList<>();
        erasures.forEach((id, erasure) -> {
            if (!isSealed(id)) {
                changes.addAll(erasure.changes());
            }
        });
        return changes;
    }

    /** What becomes of pages that are sealed. */
    Map<PageId, byte[]> sealedBodies() {
        Map<PageId, byte[]> bodies = new HashMap<>();
        erasures.forEach((id, erasure) -> {
            if (isSealed(id)) {
                bodies.put(id, erasure.whole());
            }
        });
        return bodies;
    }

    private boolean isSealed(PageId page) {
        return facts.events().page(page).side().sealed();
    }

    private void decide(Place redaction) {
        Asking asking = facts.asking(redaction);
        EventId id = facts.target(redaction);
        Place target = id == null ? null : facts.placeOf(id);
        if (asking == null || id == null || target == null) {
            return;
        }
        if (redacted(target) == Redacted.FOR_GOOD) {
            settle(redaction, id);
            return;
        }
        // A redaction says what it asks for only while it has its full body.
        boolean undecidedItself = facts.events().side(target).undecided() && !decided.contains(target);
        Target described = facts.described(target);
        if (described == null || undecidedItself) {
            return;
        }
        Verdict verdict = RedactionRule.of(facts.rules(), asking, described, facts.power(redaction, asking.sender()));
        if (verdict == Verdict.NOT_PROVABLE) {
            return;
        }
        settle(redaction, id);
        if (verdict == Verdict.VALID) {
            erase(target);
            marks.put(id, Mark.NONE);
        } else if (mark(id).equals(Mark.NONE) && !facts.isOfRedactedSender(target)) {
            change(target, Redacted.NO);
        }
    }

    private void settle(Place redaction, EventId target) {
        decided.add(redaction);
        edits.add(redaction, Side::asDecided);
        marks.put(target, mark(target).withOneLess());
    }

    private Mark mark(EventId target) {
        return marks.getOrDefault(target, facts.mark(target));
    }

    private Redacted redacted(Place place) {
        return changed.getOrDefault(place, facts.events().side(place).redacted());
    }

    private void change(Place place, Redacted to) {
        changed.put(place, to);
        edits.add(place, side -> side.withRedacted(to));
    }

    private void erase(Place target) {
        change(target, Redacted.FOR_GOOD);
        ObjectNode full = facts.events().json(target);
        ObjectNode left = Redaction.redact(full, facts.head().roomVersion());
        if (!left.equals(full)) {
            byte[] body = CanonicalJson.encode(left);
            erasures.computeIfAbsent(
                            target.page(),
                            page -> new BodyErasure(facts.events().page(page)))
                    .replace(target.slot(), body);
            edits.add(target, side -> side.withBodyLength(body.length));
        }
    }
}
