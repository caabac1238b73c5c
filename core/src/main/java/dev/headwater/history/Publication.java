package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One change of a room's side data, taken as a whole or not at all.
 *
 * @param head the head after the change. It is taken only if the stored version is {@code head.version() - 1}
 * @param pages side pages that replace what stood under their IDs
 * @param places new index entries
 * @param gaps gaps that were opened or have grown
 * @param closedGaps events that are no longer gaps
 * @param marked events, stored or not, of which a redaction was seen
 * @param stateChunks state nodes by number of their chunk; never one that is stored already
 */
public record Publication(
        RoomHead head,
        List<SidePage> pages,
        Map<EventId, Place> places,
        Map<EventId, Gap> gaps,
        Set<EventId> closedGaps,
        Set<EventId> marked,
        Map<Long, byte[]> stateChunks) {
    public Publication {
        pages = List.copyOf(pages);
        places = Map.copyOf(places);
        gaps = Map.copyOf(gaps);
        closedGaps = Set.copyOf(closedGaps);
        marked = Set.copyOf(marked);
        stateChunks = Map.copyOf(stateChunks);
    }
}
