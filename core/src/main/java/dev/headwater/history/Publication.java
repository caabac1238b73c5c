package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.UserId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One change of a room's side data, and of what of its bodies must go, taken as a whole or not at all.
 *
 * @param head the head after the change. It is taken only if the stored version is {@code head.version() - 1}
 * @param pages side pages that replace what stood under their IDs
 * @param places new index entries
 * @param gaps gaps that were opened or have grown
 * @param closedGaps events that are no longer gaps
 * @param marks events, stored or not, of which redactions were seen or decided; {@link Mark#NONE} where none is left
 * @param redactedSenders users of whom all events are to be shown redacted
 * @param bodies bytes of body pages, not of sealed ones, that others take the place of; a head with one more body change
 *     goes with them
 * @param sealedBodies what takes the place of whole body pages, and leaves nothing of them; each page of it is sealed, with
 *     this publication or before. If it takes anything away from an event, a head with one more body change goes with it
 * @param stateChunks state nodes by number of their chunk; never one that is stored already
 */
public record Publication(
        RoomHead head,
        List<SidePage> pages,
        Map<EventId, Place> places,
        Map<EventId, Gap> gaps,
        Set<EventId> closedGaps,
        Map<EventId, Mark> marks,
        Set<UserId> redactedSenders,
        List<BodyChange> bodies,
        Map<PageId, byte[]> sealedBodies,
        Map<Long, byte[]> stateChunks) {
    public Publication {
        pages = List.copyOf(pages);
        places = Map.copyOf(places);
        gaps = Map.copyOf(gaps);
        closedGaps = Set.copyOf(closedGaps);
        marks = Map.copyOf(marks);
        redactedSenders = Set.copyOf(redactedSenders);
        bodies = List.copyOf(bodies);
        sealedBodies = Map.copyOf(sealedBodies);
        stateChunks = Map.copyOf(stateChunks);
    }

    /** A change that leaves bodies, marks and senders as they are. */
    public static Publication ofSides(RoomHead head, List<SidePage> pages) {
        return ofSealed(head, pages, Map.of());
    }

    /** As {@link #ofSides}, with bodies of pages that it seals. */
    static Publication ofSealed(RoomHead head, List<SidePage> pages, Map<PageId, byte[]> sealedBodies) {
        return new Publication(
                head, pages, Map.of(), Map.of(), Set.of(), Map.of(), Set.of(), List.of(), sealedBodies, Map.of());
    }
}
