package dev.headwater.history;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Chooses the pages of a walk's next window: those that it must have, and as many of those that it will probably want as
 * the demand is worth. A page that turns out not to exist costs next to nothing.
 */
final class WindowPlan {
    private static final int MAX_BYTES = 256 * 1024;
    private static final int MAX_FIRST_PAGES = 10;
    private static final int LOOK_AHEAD = 64;
    /** Parts that a bucket is thought to have: a few forks make a second one. */
    private static final int USUAL_PARTS = 2;
    /** A walk that shows fewer events of a page than these goes through many branches: what it will want is not known. */
    private static final int WORTH_READING_AHEAD = PageId.LEVELS / 4;

    private static final int MOST_AHEAD = EventStore.MAX_WINDOW * PageId.LEVELS;

    private long pagesAsked;
    private long pagesRead;
    private long bytesRead;
    private int parts = USUAL_PARTS;

    private int expected;
    // For how many events the next window is read, however few are asked for.
    private long pace;
    private int windows;
    // Of the last window: its highest and its lowest bucket, for how many events it was chosen, and the pages before
    // it.
    private long highest;
    private long lowest;
    private long chosenFor;
    private long pagesBefore;
    private long shown;
    private boolean entered;

    /** Whoever asks for few events at a time will probably ask for as many as these, and if for more, for many more. */
    void expect(int events) {
        expected = events;
        pace = events;
    }

    /** The reader has stopped: it may take no more than it had asked for. */
    void startOver() {
        pace = expected;
        windows = 0;
        entered = false;
    }

    /**
     * @param demand how many events the reader has asked for and not got
     * @param left how many may follow at most
     */
    Collection<PageId> pages(Set<PageId> needed, Frontier frontier, HeldPages held, long demand, long left) {
        long wanted = Math.min(Math.max(demand, pace), left);
        if (wanted <= 1) {
            return needed;
        }
        int size = size();
        Set<PageId> pages = new LinkedHashSet<>(needed);
        addRanked(pages, size, frontier, held);
        PageId top = needed.stream().max(PageId::compareTo).orElse(PageId.LOWEST);
        lowest = top.bucket();
        begin(lowest, wanted);
        // In a bucket of very many parts, half of the window is for them and half for what may lie below.
        addParts(pages, Math.max(pages.size(), size / 2), held, top.bucket(), top.part());
        addPending(pages, size, frontier, top.bucket());
        addParts(pages, size, held, top.bucket(), top.part());
        int below = Math.max(parts, top.part() < 2 * USUAL_PARTS ? top.part() + 1 : 0);
        addBelow(pages, size, frontier, held, wanted - reachable(top, frontier), below);
        return pages;
    }

    /**
     * The window behind the last, once the walk has come to the last and if its reader goes on; else none. The first window
     * is more than many readers take.
     *
     * @param left how many events may follow at most
     */
    Collection<PageId> ahead(Frontier frontier, HeldPages held, long left) {
        if (!entered) {
            return Set.of();
        }
        entered = false;
        long wanted = Math.min(pace, left - chosenFor);
        if (wanted <= 0 || shown < WORTH_READING_AHEAD * pagesBefore) {
            return Set.of();
        }
        Set<PageId> pages = new LinkedHashSet<>();
        begin(lowest - 1, wanted);
        addBelow(pages, size(), frontier, held, wanted, parts);
        return pages;
    }

    private void begin(long bucket, long wanted) {
        highest = bucket;
        chosenFor = wanted;
        pagesBefore = pagesRead;
        if (windows++ > 0) {
            pace = Math.min(2 * pace, MOST_AHEAD);
        }
    }

    /** The walk has shown an event of a page. */
    void shown(PageId page) {
        shown++;
        lowest = Math.min(lowest, page.bucket());
        if (page.bucket() <= highest && windows > 1 && expected > 0) {
            entered = true;
        }
    }

    /** How many events of the top bucket the walk will probably come to: a page is filled from its lowest level upwards. */
    private static int reachable(PageId top, Frontier frontier) {
        return top.part() == 0 ? frontier.highestPendingSlot(top) + 1 : PageId.LEVELS;
    }

    private int size() {
        long byBytes = pagesAsked == 0 ? MAX_FIRST_PAGES : MAX_BYTES / Math.max(1, bytesRead / pagesAsked);
        return (int) Math.max(1, Math.min(windows == 0 ? MAX_FIRST_PAGES : EventStore.MAX_WINDOW, byBytes));
    }

    private static void addRanked(Set<PageId> pages, int size, Frontier frontier, HeldPages held) {
        int looked = 0;
        for (Place place : frontier.ranked()) {
            if (pages.size() >= size || looked++ == LOOK_AHEAD) {
                return;
            }
            if (held.get(place.page()) == null) {
                pages.add(place.page());
            }
        }
    }

    /** Adds buckets below the lowest of the window. */
    private void addBelow(Set<PageId> pages, int size, Frontier frontier, HeldPages held, long wanted, int parts) {
        long buckets = Math.min(EventStore.MAX_WINDOW - 1, (wanted + PageId.LEVELS - 1) / PageId.LEVELS);
        for (long i = 0; i < buckets && pages.size() < size; i++) {
            lowest--;
            addPending(pages, size, frontier, lowest);
            addParts(pages, size, held, lowest, parts);
        }
    }

    private static void addPending(Set<PageId> pages, int size, Frontier frontier, long bucket) {
        int looked = 0;
        for (Frontier.Pending each : frontier.pending()) {
            if (pages.size() >= size || looked++ == LOOK_AHEAD) {
                return;
            }
            if (each.page().bucket() == bucket) {
                pages.add(each.page());
            }
        }
    }

    private static void addParts(Set<PageId> pages, int size, HeldPages held, long bucket, int parts) {
        for (int part = parts - 1; part >= 0 && pages.size() < size; part--) {
            PageId predicted = new PageId(bucket, part);
            if (held.get(predicted) == null) {
                pages.add(predicted);
            }
        }
    }

    /** Learns from what a window has brought. */
    void note(int asked, Collection<Page> pages) {
        pagesAsked += asked;
        pagesRead += pages.size();
        parts = USUAL_PARTS;
        for (Page page : pages) {
            bytesRead += page.bodies().length;
            if (page.bodies().length >= PageId.MAX_BYTES) {
                // Its bytes have closed it, so those of other buckets will have several parts too.
                parts = Math.min(
                        EventStore.MAX_WINDOW, Math.max(parts, page.side().id().part() + 1));
            }
        }
    }
}
