package dev.headwater.history;

import java.util.List;

/**
 * The side data of one page, by slot.
 *
 * @param sealed whether its body page is closed: nothing is appended to it any more, so that a store may keep it as small
 *     as it can. Events that come late to its bucket open the next part
 */
public record SidePage(PageId id, List<Side> sides, boolean sealed) {
    public SidePage {
        sides = List.copyOf(sides);
    }

    /** A page that may still grow. */
    public static SidePage open(PageId id, List<Side> sides) {
        return new SidePage(id, sides, false);
    }

    SidePage withSides(List<Side> value) {
        return new SidePage(id, value, sealed);
    }

    SidePage asSealed() {
        return new SidePage(id, sides, true);
    }

    /** Where in the body page the last of its bodies ends. */
    int bodyEnd() {
        int end = 0;
        for (Side side : sides) {
            end = Math.max(end, side.bodyOffset() + side.bodyLength());
        }
        return end;
    }

    /** Whether it takes no further event. */
    boolean isFull() {
        return sealed || PageId.isFull(sides.size(), bodyEnd());
    }
}
