package dev.headwater.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
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

    /** An event whose rank is known. */
    record Ranked(Rank rank, Place place) {}

    private static final Comparator<Pending> FIRST_BOUND_FIRST =
            Comparator.comparing(Pending::bound).thenComparing(Pending::page, Comparator.reverseOrder());

    private final int width;
    // The first of those whose rank is known stands outside the tree: on a chain it is the only one, and the tree
    // idles.
    private @Nullable Ranked first;
    private final TreeMap<Rank, Ranked> ranked = new TreeMap<>();
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
        Ranked added = new Ranked(rank, place);
        Ranked before = first;
        if (before == null) {
            first = added;
            return;
        }
        int order = rank.compareTo(before.rank());
        if (order == 0) {
            return;
        }
        if (order < 0) {
            first = added;
            added = before;
        }
        ranked.put(added.rank(), added);
        if (ranked.size() > width) {
            for (int i = 0; i <= width / 4; i++) {
                Ranked last = ranked.pollLastEntry().getValue();
                add(last.place(), last.rank());
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
        List<Place> places = new ArrayList<>();
        ranked().forEach(places::add);
        first = null;
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
        return first == null && pending.isEmpty();
    }

    @Nullable
    Ranked firstRanked() {
        return first;
    }

    void removeFirstRanked() {
        Map.Entry<Rank, Ranked> next = ranked.pollFirstEntry();
        first = next == null ? null : next.getValue();
    }

    /** Those whose rank is known, in order. */
    Iterable<Place> ranked() {
        return () -> new Iterator<>() {
            private final Iterator<Ranked> rest = ranked.values().iterator();
            private @Nullable Ranked next = first;

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public Place next() {
                Ranked now = next;
                if (now == null) {
                    throw new NoSuchElementException();
                }
                next = rest.hasNext() ? rest.next() : null;
                return now.place();
            }
        };
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
