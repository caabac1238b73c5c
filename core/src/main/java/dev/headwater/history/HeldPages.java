package dev.headwater.history;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The few pages that a walk has at hand. Those go first that it will need last. */
final class HeldPages {
    /** Pages are let go beyond this many bytes of bodies, but for the one that is needed next. */
    private static final int MAX_BYTES = 1024 * 1024;
    /** How many of the next events of the frontier count in saying which page is needed. */
    private static final int LOOK_AHEAD = 64;

    private final Map<PageId, HeldPage> pages = new HashMap<>();

    @Nullable
    HeldPage get(PageId page) {
        return pages.get(page);
    }

    void put(HeldPage page) {
        pages.put(page.side().id(), page);
    }

    void remove(PageId page) {
        pages.remove(page);
    }

    Collection<HeldPage> all() {
        return List.copyOf(pages.values());
    }

    void clear() {
        pages.clear();
    }

    /** Lets go of pages that the walk has passed, and of those that it needs last until {@code most} are left. */
    void trim(Frontier frontier, int most) {
        var first = frontier.firstRanked();
        var pending = frontier.firstPending();
        long depth = Math.max(
                first == null ? Long.MIN_VALUE : first.rank().correctedDepth(),
                pending == null ? Long.MIN_VALUE : pending.bound().correctedDepth());
        long top = PageId.bucketOf(depth);
        // No event lies in a page above its depth.
        pages.keySet().removeIf(page -> page.bucket() > top);
        long bytes =
                pages.values().stream().mapToLong(page -> page.bodies().length).sum();
        if (pages.size() <= most && bytes <= MAX_BYTES) {
            return;
        }
        Map<PageId, Integer> turns = new HashMap<>();
        int turn = 0;
        for (Place place : frontier.ranked()) {
            if (turn == LOOK_AHEAD) {
                break;
            }
            turns.putIfAbsent(place.page(), turn++);
        }
        List<PageId> neededLastFirst = pages.keySet().stream()
                .sorted(Comparator.comparingInt((PageId page) -> turns.getOrDefault(page, LOOK_AHEAD))
                        .thenComparing(Comparator.reverseOrder())
                        .reversed())
                .toList();
        for (PageId page : neededLastFirst) {
            if (pages.size() == 1 || (pages.size() <= most && bytes <= MAX_BYTES)) {
                break;
            }
            HeldPage gone = pages.remove(page);
            bytes -= gone == null ? 0 : gone.bodies().length;
        }
    }
}
