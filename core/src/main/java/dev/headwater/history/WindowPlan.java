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

    private boolean first = true;
    private long pagesAsked;
    private long bytesRead;
    private int parts = USUAL_PARTS;

    /** Whether no window of more than the needed pages was chosen yet. */
    boolean isFirst() {
        return first;
    }

    /** @param wanted how many events the reader has asked for and not got */
    Collection<PageId> pages(Set<PageId> needed, Frontier frontier, HeldPages held, long wanted) {
        if (wanted <= 1) {
            return needed;
        }
        int size = size();
        first = false;
        Set<PageId> pages = new LinkedHashSet<>(needed);
        addRanked(pages, size, frontier, held);
        PageId top = needed.stream().max(PageId::compareTo).orElse(PageId.LOWEST);
        int below = Math.max(parts, top.part() < 2 * USUAL_PARTS ? top.part() + 1 : 0);
        // In a bucket of very many parts, half of the window is for them and half for what may lie below.
        addParts(pages, Math.max(pages.size(), size / 2), held, top.bucket(), top.part());
        long behindTop = Math.max(0, wanted - reachable(top, frontier));
        long behind = (behindTop + PageId.LEVELS - 1) / PageId.LEVELS;
        long buckets = Math.min(EventStore.MAX_WINDOW, 1 + behind);
        for (long bucket = top.bucket(); bucket > top.bucket() - buckets; bucket--) {
            addPending(pages, size, frontier, bucket);
            addParts(pages, size, held, bucket, bucket == top.bucket() ? top.part() : below);
        }
        return pages;
    }

    /** How many events of the top bucket the walk will probably come to: a page is filled from its lowest level upwards. */
    private static int reachable(PageId top, Frontier frontier) {
        return top.part() == 0 ? frontier.highestPendingSlot(top) + 1 : PageId.LEVELS;
    }

    private int size() {
        long byBytes = pagesAsked == 0 ? MAX_FIRST_PAGES : MAX_BYTES / Math.max(1, bytesRead / pagesAsked);
        return (int) Math.max(1, Math.min(first ? MAX_FIRST_PAGES : EventStore.MAX_WINDOW, byBytes));
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
