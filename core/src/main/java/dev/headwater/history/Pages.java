package dev.headwater.history;

import java.util.Map;

/** The asked pages and the head of their room, all of one moment; pages that do not exist are absent. */
public record Pages(RoomHead head, Map<PageId, Page> pages) {
    public Pages {
        pages = Map.copyOf(pages);
    }
}
