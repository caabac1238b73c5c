package dev.headwater.history;

import java.util.List;

/**
 * Pages that may hold events of a time, or beyond it in a direction.
 *
 * @param head of their room, of the same moment
 * @param pages in no order; one may be named several times
 * @param within all pages that are nearer than so many milliseconds are named; {@link Long#MAX_VALUE} if all are that there are
 */
public record PagesByTime(RoomHead head, List<Near> pages, long within) {
    public PagesByTime {
        pages = List.copyOf(pages);
    }

    /**
     * A page.
     *
     * @param distance how many milliseconds from the asked time on its events begin; 0 if some may lie on both sides of it
     */
    public record Near(PageId page, long distance) {}
}
