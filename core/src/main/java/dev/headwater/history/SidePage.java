package dev.headwater.history;

import java.util.List;

/** The side data of one page, by slot. */
public record SidePage(PageId id, List<Side> sides) {
    public SidePage {
        sides = List.copyOf(sides);
    }
}
