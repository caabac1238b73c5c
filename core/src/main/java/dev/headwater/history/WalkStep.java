package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a walk does next. */
sealed interface WalkStep {
    record Emit(WalkedEvent event) implements WalkStep {}

    record Locate(Collection<EventId> events) implements WalkStep {}

    /**
     * @param bodies whether pages are read with them
     * @param since a head that was read so lately that pages with their bodies may be as old as it; null if none was
     */
    record Read(
            Collection<PageId> pages,
            boolean bodies,
            @Nullable RoomHead since) implements WalkStep {}

    /** What is to be seen of these events, the next one among them, has to be found out. */
    record Prepare(List<Side> sides) implements WalkStep {}

    record Done() implements WalkStep {}
}
