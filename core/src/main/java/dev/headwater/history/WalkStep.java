package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.Collection;

/** What a walk does next. */
sealed interface WalkStep {
    record Emit(WalkedEvent event) implements WalkStep {}

    record Locate(Collection<EventId> events) implements WalkStep {}

    /** @param bodies whether pages are read with them */
    record Read(Collection<PageId> pages, boolean bodies) implements WalkStep {}

    record Done() implements WalkStep {}
}
