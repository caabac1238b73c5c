package dev.headwater.history;

import java.util.List;

/**
 * Stored events that name a parent which is not stored.
 *
 * @param lowestChild not above the corrected depth of any of them
 * @param children some of them, {@link #MAX_CHILDREN} at most
 * @param complete whether {@code children} names all of them
 */
public record Gap(long lowestChild, List<Place> children, boolean complete) {
    /** Bounds what a hostile crowd of children can make one gap weigh. */
    public static final int MAX_CHILDREN = 64;

    public Gap {
        children = List.copyOf(children);
    }
}
