package dev.headwater.gateway.cache;

import dev.headwater.history.Page;
import dev.headwater.history.PageId;
import dev.headwater.history.Place;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import org.jspecify.annotations.Nullable;

/** One thing that is held. */
sealed interface Held {
    /** Under what it is held. */
    sealed interface Key {
        RoomId room();
    }

    record PageKey(RoomId room, PageId page) implements Key {}

    record PlaceKey(RoomId room, EventId event) implements Key {}

    record ChunkKey(RoomId room, long chunk) implements Key {}

    /** Objects around a thing and its key: measured with a heap full of places and rounded up. */
    int OVERHEAD = 256;

    /** An event's side data, its ID and its place in a list, with one parent. */
    int SIDE = 320;

    int PARENT = 64;

    /** Since when: what was read in another epoch of the store is not used. */
    long epoch();

    /** How much memory it takes, about. */
    int bytes();

    /** Where an event lies. */
    record OfPlace(long epoch, Place place) implements Held {
        @Override
        public int bytes() {
            return OVERHEAD;
        }
    }

    /** A chunk of state nodes, never written to. */
    record OfChunk(long epoch, byte[] chunk) implements Held {
        @Override
        public int bytes() {
            return OVERHEAD + chunk.length;
        }
    }

    /**
     * A page.
     *
     * @param version of the room's head as of which the side data is known to be up to date
     * @param page with its bodies; null if there is none of this ID
     */
    record OfPage(long epoch, long version, @Nullable Page page) implements Held {
        @Override
        public int bytes() {
            if (page == null) {
                return OVERHEAD;
            }
            int sides = 0;
            for (Side side : page.side().sides()) {
                sides += SIDE + PARENT * side.parents().size();
            }
            return OVERHEAD + page.bodies().length + sides;
        }

        /** This page with side data that was read later; null if the bodies are not all here, or have been replaced. */
        @Nullable
        OfPage with(SidePage later, long laterVersion) {
            if (page == null) {
                return null;
            }
            SidePage before = page.side();
            if (before.equals(later)) {
                return new OfPage(epoch, laterVersion, page);
            }
            for (int slot = 0; slot < later.sides().size(); slot++) {
                Side side = later.sides().get(slot);
                if (slot < before.sides().size()) {
                    Side same = before.sides().get(slot);
                    if (side.bodyOffset() != same.bodyOffset() || side.bodyLength() != same.bodyLength()) {
                        return null;
                    }
                } else if (side.bodyOffset() + side.bodyLength() > page.bodies().length) {
                    return null;
                }
            }
            return new OfPage(epoch, laterVersion, new Page(later, page.bodies()));
        }
    }
}
