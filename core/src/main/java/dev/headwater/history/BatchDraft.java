package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import reactor.core.publisher.Mono;

/** Works out the one publish that stores a batch, from the facts about it. */
final class BatchDraft {
    private final BatchFacts facts;
    private final List<NewEvent> events;
    private final DepthPlan depths;
    private final Map<PageId, SidePage> pages = new HashMap<>();
    private final Map<EventId, Place> places = new HashMap<>();
    private final Map<EventId, Gap> gaps = new HashMap<>();
    private final Set<EventId> closed = new HashSet<>();
    private final Map<EventId, Mark> marks = new HashMap<>();
    private final Set<UserId> redactedSenders = new HashSet<>();
    private final List<List<Edge>> edges = new ArrayList<>();
    private List<StateDerivation.Derived> derived = List.of();
    private boolean lazy;
    private long sweepFrom;
    private long judgeFrom = RoomHead.NOTHING_TO_SWEEP;

    /**
     * @param events parents before children; {@code depths} begins with theirs
     * @param lastParts the last part of each bucket that they fall into
     */
    BatchDraft(
            BatchFacts facts,
            List<NewEvent> events,
            DepthPlan depths,
            Map<PageId, SidePage> lastParts,
            Set<PageId> spoilt) {
        this.facts = facts;
        this.events = events;
        this.depths = depths;
        RoomHead head = facts.basis().head();
        lazy = head.lazyEdges();
        sweepFrom = head.sweepFrom();
        pages.putAll(facts.editable());
        pages.putAll(lastParts);
        PageFiller filler = new PageFiller(spoilt);
        lastParts.values().forEach(filler::continueAt);
        for (int i = 0; i < events.size(); i++) {
            NewEvent event = events.get(i);
            places.put(event.id(), filler.place(depths.depths()[i], event.body().length));
        }
        for (int i = 0; i < events.size(); i++) {
            edges.add(edges(events.get(i), depths.depths()[i]));
        }
    }

    /** Where the events of the batch will lie. */
    Map<EventId, Place> places() {
        return places;
    }

    /** Works out states and visibility, as far as the parents are known. To be done before {@link #publication}. */
    Mono<Void> derive(StateNodes nodes) {
        List<StateDerivation.Task> tasks = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            NewEvent event = events.get(i);
            tasks.add(new StateDerivation.Task(
                    placeOf(event),
                    event.kind(),
                    event.silent(),
                    edges.get(i),
                    StateAround.UNKNOWN,
                    StateChange.of(event.kind(), event.body(), 0, event.body().length)));
        }
        StateDerivation derivation = new StateDerivation(facts.basis().head(), tasks, facts::known);
        return nodes.with(facts.basis().head().room(), derivation::run)
                .doOnNext(all -> derived = all)
                .then();
    }

    /**
     * The publication.
     *
     * @param offsets where the body of an event begins that is not in one of the whole pages
     * @param whole pages that are to be sealed
     */
    Publication publication(ToIntFunction<EventId> offsets, WholePages whole) {
        PageEdits edits = new PageEdits();
        Set<EventId> undecided = mark(edits);
        StateChunks chunks = new StateChunks(facts.basis().head());
        Map<PageId, List<Side>> added = new HashMap<>();
        for (int i = 0; i < events.size(); i++) {
            NewEvent event = events.get(i);
            Side side = side(i, chunks, offset(event.id(), offsets, whole), undecided.contains(event.id()));
            Place place = placeOf(event);
            added.computeIfAbsent(place.page(), page -> new ArrayList<>()).add(side);
            closeGap(event, place, side, edits);
        }
        RoomHead head = facts.basis()
                .head()
                .next()
                .withMoreEvents(events.size())
                .withSweep(lazy, sweepFrom)
                .withSealing(lowestOpenBucket(whole));
        RoomHead judging = redactedSenders.isEmpty() ? head.withJudging(judgeFrom) : head.withMarkingSenders();
        return new Publication(
                chunks.counted(judging),
                changedPages(edits, added, whole),
                places,
                gaps,
                closed,
                marks,
                redactedSenders,
                List.of(),
                whole.bodies(),
                chunks.all());
    }

    private static int offset(EventId event, ToIntFunction<EventId> offsets, WholePages whole) {
        Integer offset = whole.offsetOf(event);
        return offset == null ? offsets.applyAsInt(event) : offset;
    }

    private long lowestOpenBucket(WholePages whole) {
        return places.values().stream()
                .map(Place::page)
                .filter(page -> !whole.holds(page))
                .mapToLong(PageId::bucket)
                .min()
                .orElse(RoomHead.NOTHING_TO_SWEEP);
    }

    /** Marks what the events want redacted; gives those of which that is to be decided. */
    private Set<EventId> mark(PageEdits edits) {
        Set<EventId> undecided = new HashSet<>();
        for (int i = 0; i < events.size(); i++) {
            NewEvent event = events.get(i);
            EventId target = event.redacts();
            Place place = target == null ? null : facts.basis().places().get(target);
            if (target != null && !(place != null && isRedactedForGood(place))) {
                undecided.add(event.id());
                marks.put(target, markOf(target).withOneMore(depths.depths()[i]));
                judgeFrom = Math.min(judgeFrom, PageId.bucketOf(depths.depths()[i]));
                if (place != null) {
                    edits.add(place, Side::asMarked);
                }
            }
            if (event.redactsAllOf() != null) {
                redactedSenders.add(event.redactsAllOf());
            }
        }
        return undecided;
    }

    private Mark markOf(EventId event) {
        return marks.getOrDefault(event, facts.basis().marks().getOrDefault(event, Mark.NONE));
    }

    private boolean isRedactedForGood(Place place) {
        SidePage page = facts.editable().get(place.page());
        return page != null && page.sides().get(place.slot()).redacted() == Redacted.FOR_GOOD;
    }

    private Side side(int i, StateChunks chunks, int offset, boolean undecided) {
        NewEvent event = events.get(i);
        StateDerivation.Derived result = derived.get(i);
        Mark mark = markOf(event.id());
        boolean marked = event.kind() != EventKind.CREATE
                && (!mark.equals(Mark.NONE)
                        || redactedSenders.contains(event.sender())
                        || facts.basis().redactedSenders().contains(event.sender()));
        if (!mark.equals(Mark.NONE)) {
            judgeFrom = Math.min(judgeFrom, PageId.bucketOf(mark.lowest()));
        }
        return new Side(
                event.id(),
                depths.depths()[i],
                event.originServerTs(),
                event.kind(),
                result.visibility(),
                chunks.around(result.before(), result.after()),
                event.silent(),
                marked ? Redacted.ASKED : Redacted.NO,
                undecided,
                edges.get(i),
                offset,
                event.body().length);
    }

    private List<Edge> edges(NewEvent event, long depth) {
        List<Edge> parents = new ArrayList<>();
        for (EventId parent : event.prevEvents().stream().distinct().toList()) {
            Place place = places.getOrDefault(parent, facts.basis().places().get(parent));
            if (facts.isCut(event, parent)) {
                parents.add(new Edge.Severed(parent));
            } else if (place != null) {
                parents.add(new Edge.Known(place));
            } else {
                parents.add(new Edge.Unknown(parent));
                openGap(parent, depth, placeOf(event));
            }
        }
        return parents;
    }

    private void openGap(EventId missing, long depth, Place child) {
        Gap before = gaps.getOrDefault(missing, facts.basis().gaps().get(missing));
        if (before == null) {
            gaps.put(missing, new Gap(depth, List.of(child), true));
            return;
        }
        boolean room = before.children().size() < Gap.MAX_CHILDREN;
        List<Place> children = new ArrayList<>(before.children());
        if (room) {
            children.add(child);
        }
        long lowest = Math.min(before.lowestChild(), depth);
        if (room || before.complete() || lowest < before.lowestChild()) {
            gaps.put(missing, new Gap(lowest, children, before.complete() && room));
        }
    }

    private void closeGap(NewEvent event, Place place, Side side, PageEdits edits) {
        Gap gap = facts.basis().gaps().get(event.id());
        if (gap == null) {
            return;
        }
        closed.add(event.id());
        boolean allMended = gap.complete();
        for (Place child : gap.children()) {
            if (facts.editable().containsKey(child.page())) {
                edits.add(child, waiting -> waiting.withParents(mended(waiting.parents(), event.id(), place)));
            } else {
                allMended = false;
            }
        }
        lazy |= !allMended;
        if (!allMended || side.state().isKnown() || side.visibility().isOpen()) {
            sweepFrom = Math.min(sweepFrom, PageId.bucketOf(gap.lowestChild()));
        }
    }

    private static List<Edge> mended(List<Edge> parents, EventId arrived, Place place) {
        return parents.stream()
                .map(edge ->
                        edge instanceof Edge.Unknown unknown && unknown.id().equals(arrived)
                                ? new Edge.Known(place)
                                : edge)
                .toList();
    }

    private List<SidePage> changedPages(PageEdits edits, Map<PageId, List<Side>> added, WholePages whole) {
        Set<PageId> changed = new HashSet<>(edits.pages());
        changed.addAll(added.keySet());
        List<SidePage> result = new ArrayList<>();
        for (PageId id : changed) {
            SidePage edited = edits.apply(pages.getOrDefault(id, SidePage.open(id, List.of())));
            List<Side> sides = new ArrayList<>(edited.sides());
            sides.addAll(added.getOrDefault(id, List.of()));
            SidePage page = edited.withSides(sides);
            result.add(whole.holds(id) ? page.asSealed() : page);
        }
        return result;
    }

    private Place placeOf(NewEvent event) {
        Place place = places.get(event.id());
        if (place == null) {
            throw new IllegalStateException(event.id() + " is not of this batch");
        }
        return place;
    }
}
