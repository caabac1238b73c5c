package dev.headwater.history;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Chooses the pages of a walk's next window: those that it must have, and as many of those that it will probably want as
 * the demand is worth.
 */
final class WindowPlan {
    private static final int MAX_BYTES = 256 * 1024;
    private static final int MAX_FIRST_PAGES = 8;
    private static final int LOOK_AHEAD = 64;

    private boolean first = true;
    private long pagesRead;
    private long bytesRead;
    private int parts = 1;
    private int partsSeen = 1;

    /** @param wanted how many events the reader has asked for and not got */
    Collection<PageId> pages(Set<PageId> needed, Frontier frontier, HeldPages held, long wanted) {
        int size = size(wanted);
        first = false;
        parts = partsSeen;
        partsSeen = 1;
        Set<PageId> pages = new LinkedHashSet<>(needed);
        addRanked(pages, size, frontier, held);
        long top = needed.stream().mapToLong(PageId::bucket).max().orElse(0);
        for (long bucket = top; bucket > top - EventStore.MAX_WINDOW && pages.size() < size; bucket--) {
            addPending(pages, size, frontier, bucket);
            for (int part = parts - 1; part >= 0 && pages.size() < size; part--) {
                PageId predicted = new PageId(bucket, part);
                if (held.get(predicted) == null) {
                    pages.add(predicted);
                }
            }
        }
        return pages;
    }

    private int size(long wanted) {
        if (wanted <= 1) {
            return 1;
        }
        // The first page may begin anywhere, so one more than they would fill.
        long byWanted = wanted / PageId.MAX_EVENTS + 2;
        long byBytes = pagesRead == 0 ? MAX_FIRST_PAGES : Math.max(1, MAX_BYTES / Math.max(1, bytesRead / pagesRead));
        long most = first ? MAX_FIRST_PAGES : EventStore.MAX_WINDOW;
        return (int) Math.min(most, Math.min(byWanted, byBytes));
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

    /** Learns from a page that was read with its bodies. */
    void note(Page page) {
        pagesRead++;
        bytesRead += page.bodies().length;
        if (page.bodies().length >= PageId.MAX_BYTES) {
            // Its bytes have closed it, so those of other buckets will have several parts too.
            partsSeen = Math.min(
                    EventStore.MAX_WINDOW, Math.max(partsSeen, page.side().id().part() + 1));
        }
    }
}
