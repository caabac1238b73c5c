package dev.headwater.history;

import dev.headwater.history.StateDerivation.Derived;
import dev.headwater.history.StateDerivation.Known;
import dev.headwater.id.EventId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One level of a sweep: its events, and what is known of those that they follow. */
final class SweepLevel {
    private final List<AscendingScan.Row> rows;
    private final Map<EventId, Place> lazy;
    private final boolean restating;
    private final Map<Place, Known> below;
    private final Map<Place, Known> known = new HashMap<>();
    private final Map<Place, StateChange> changes = new HashMap<>();
    private int next;
    private long found;

    /**
     * @param lazy where unknown edges lead by now
     * @param restating whether what is known is to be derived again
     * @param below what is known of the level before
     */
    SweepLevel(List<AscendingScan.Row> rows, Map<EventId, Place> lazy, boolean restating, Map<Place, Known> below) {
        this.rows = rows;
        this.lazy = lazy;
        this.restating = restating;
        this.below = below;
        rows.forEach(row -> know(row.place(), row.side()));
    }

    void know(Place place, Side side) {
        known.put(place, Known.of(side));
    }

    Known known(Place place) {
        Known here = known.get(place);
        return here != null ? here : below.getOrDefault(place, Known.NOTHING);
    }

    Map<Place, Known> known() {
        return known;
    }

    /** The parents of what is to be derived of which nothing is known yet, by page. */
    Map<PageId, Set<Integer>> parentsElsewhere() {
        Map<PageId, Set<Integer>> elsewhere = new HashMap<>();
        for (AscendingScan.Row row : rows) {
            if (!mayChange(row.side())) {
                continue;
            }
            for (Edge edge : mended(row.side().parents())) {
                if (edge instanceof Edge.Known parent
                        && !known.containsKey(parent.place())
                        && !below.containsKey(parent.place())) {
                    elsewhere
                            .computeIfAbsent(parent.place().page(), page -> new HashSet<>())
                            .add(parent.place().slot());
                }
            }
        }
        return elsewhere;
    }

    boolean hasMore() {
        return next < rows.size();
    }

    /** The next events, parents before children. */
    List<AscendingScan.Row> next(int atMost) {
        int from = next;
        next = Math.min(rows.size(), from + atMost);
        return rows.subList(from, next);
    }

    Set<PageId> needingBodies(List<AscendingScan.Row> some) {
        Set<PageId> pages = new HashSet<>();
        for (AscendingScan.Row row : some) {
            if (mayChange(row.side()) && StateChange.needsBody(row.side().kind())) {
                pages.add(row.place().page());
            }
        }
        return pages;
    }

    void readBodies(Page page) {
        for (int slot = 0; slot < page.side().sides().size(); slot++) {
            Side side = page.side().sides().get(slot);
            Place place = new Place(page.side().id(), slot);
            if (known.containsKey(place) && StateChange.needsBody(side.kind())) {
                changes.put(place, StateChange.of(side.kind(), page.bodies(), side.bodyOffset(), side.bodyLength()));
            }
        }
    }

    List<StateDerivation.Task> tasks(List<AscendingScan.Row> some) {
        List<StateDerivation.Task> tasks = new ArrayList<>();
        for (AscendingScan.Row row : some) {
            Side side = row.side();
            List<Edge> parents = mended(side.parents());
            if (mayChange(side)) {
                StateChange change = StateChange.needsBody(side.kind())
                        ? changes.getOrDefault(row.place(), StateChange.UNTOLD)
                        : StateChange.of(side.kind(), new byte[0], 0, 0);
                tasks.add(new StateDerivation.Task(
                        row.place(), side.kind(), side.silent(), parents, side.state(), change));
            }
        }
        return tasks;
    }

    private boolean mayChange(Side side) {
        return !side.state().anchored() && (restating || !side.state().isKnown());
    }

    /** The events that are not as they were. */
    Map<Place, Side> take(List<AscendingScan.Row> some, List<Derived> results, StateChunks chunks) {
        Map<Place, Derived> byPlace = new HashMap<>();
        results.forEach(result -> byPlace.put(result.place(), result));
        Map<Place, Side> changed = new HashMap<>();
        for (AscendingScan.Row row : some) {
            Side before = row.side();
            Side after = before.withParents(mended(before.parents()));
            Derived result = byPlace.get(row.place());
            if (result != null) {
                after = after.withVisibility(result.visibility())
                        .withState(chunks.around(result.before(), result.after()));
                found += before.visibility() == Visibility.UNKNOWN && result.visibility() != Visibility.UNKNOWN ? 1 : 0;
            }
            if (!after.equals(before)) {
                changed.put(row.place(), after);
            }
            know(row.place(), after);
        }
        changes.clear();
        return changed;
    }

    /** How many events have got a visibility since this was asked. */
    long takeFound() {
        long since = found;
        found = 0;
        return since;
    }

    private List<Edge> mended(List<Edge> parents) {
        if (lazy.isEmpty()) {
            return parents;
        }
        List<Edge> mended = new ArrayList<>();
        for (Edge edge : parents) {
            Place place = edge instanceof Edge.Unknown unknown ? lazy.get(unknown.id()) : null;
            mended.add(place == null ? edge : new Edge.Known(place));
        }
        return mended;
    }
}
