package dev.headwater.redis;

import dev.headwater.history.PageId;
import dev.headwater.history.SidePage;

/** The encoding of side pages, for who measures it. */
public final class SidePages {
    private SidePages() {}

    public static byte[] encode(SidePage page) {
        return PageCodec.encode(page);
    }

    public static SidePage decode(PageId id, byte[] bytes) {
        return PageCodec.decode(id, bytes);
    }
}
