package dev.headwater.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The events that a walk has heard of and not come to, each once. Of some the rank is known; of the others only their
 * place and a bound, 32 of one page in the space of one. Bounded: where there are too many, the last are forgotten, and
 * {@link #cut} says from where on the walk cannot rely on it.
 */
final class Frontier {
    /**
     * Events of one page whose rank is not known.
     *
     * @param slots a bit each
     * @param bound not after any of them
     */
    record Pending(PageId page, int slots, Rank bound) {}

    private static final Comparator<Pending> FIRST_BOUND_FIRST =
            Comparator.comparing(Pending::bound).thenComparing(Pending::page, Comparator.reverseOrder());

    private final int width;
    private final TreeMap<Rank, Place> ranked = new TreeMap<>();
    private final Map<PageId, Pending> byPage = new HashMap<>();
    private final TreeSet<Pending> pending = new TreeSet<>(FIRST_BOUND_FIRST);
    private @Nullable Rank cut;

    /**
     * @param width events whose rank is kept; of more, the last are kept by place. As many pages with such events are
     *     kept; of more, the last are forgotten
     */
    Frontier(int width) {
        this.width = width;
    }

    void add(Place place, Rank bound) {
        Pending before = byPage.get(place.page());
        int slots = 1 << place.slot();
        if (before != null) {
            pending.remove(before);
            slots |= before.slots();
        }
        Rank first = before == null || before.bound().isAfter(bound) ? bound : before.bound();
        put(new Pending(place.page(), slots, first));
        while (byPage.size() > width) {
            Pending last = Objects.requireNonNull(pending.pollLast());
            byPage.remove(last.page());
            if (cut == null || cut.isAfter(last.bound())) {
                cut = last.bound();
            }
        }
    }

    void addRanked(Rank rank, Place place) {
        ranked.put(rank, place);
        if (ranked.size() > width) {
            for (int i = 0; i <= width / 4; i++) {
                Map.Entry<Rank, Place> last = ranked.pollLastEntry();
                add(last.getValue(), last.getKey());
            }
        }
    }

    /** Gives the events of a page their rank, now that it was read. */
    void rank(SidePage page) {
        Pending found = byPage.remove(page.id());
        if (found == null) {
            return;
        }
        pending.remove(found);
        for (int slots = found.slots(); slots != 0; slots &= slots - 1) {
            int slot = Integer.numberOfTrailingZeros(slots);
            if (slot >= page.sides().size()) {
                throw new IllegalStateException("The store knows places beyond the end of page " + page.id());
            }
            addRanked(Rank.of(page.sides().get(slot)), new Place(page.id(), slot));
        }
    }

    /** Forgets all ranks and bounds: they are to be read again. */
    void unrank() {
        List<Place> places = new ArrayList<>(ranked.values());
        ranked.clear();
        List<Pending> all = List.copyOf(pending);
        pending.clear();
        all.forEach(each -> put(new Pending(each.page(), each.slots(), Rank.FIRST)));
        places.forEach(place -> add(place, Rank.FIRST));
    }

    private void put(Pending value) {
        byPage.put(value.page(), value);
        pending.add(value);
    }

    boolean isEmpty() {
        return ranked.isEmpty() && pending.isEmpty();
    }

    Map.@Nullable Entry<Rank, Place> firstRanked() {
        return ranked.firstEntry();
    }

    void removeFirstRanked() {
        ranked.pollFirstEntry();
    }

    /** Those whose rank is known, in order. */
    Iterable<Place> ranked() {
        return ranked.values();
    }

    @Nullable
    Pending firstPending() {
        return pending.isEmpty() ? null : pending.first();
    }

    /** The others, those first that may come first. */
    Iterable<Pending> pending() {
        return pending;
    }

    boolean waitsFor(PageId page) {
        return byPage.containsKey(page);
    }

    /** The highest slot of a page among its events of unknown rank; -1 if there is none. */
    int highestPendingSlot(PageId page) {
        Pending found = byPage.get(page);
        return found == null ? -1 : Integer.SIZE - 1 - Integer.numberOfLeadingZeros(found.slots());
    }

    /** Not after any event that was forgotten; null if none was. */
    @Nullable
    Rank cut() {
        return cut;
    }
}
