package dev.headwater.gateway.transfer;

import dev.headwater.history.RoomHead;
import java.util.List;

/**
 * What checking a stored room found.
 *
 * @param pages how many pages its events lie in
 * @param redacted events of which only the redacted copy is kept
 * @param redactedForGood those that were, once it was decided that somebody had a right to it
 * @param open events that are proven to be visible to every server in the room
 * @param known events of which the state of the room is known
 * @param gaps events that others name as parents and that are not stored
 * @param ties corrected depths that several events share
 * @param severed edges that are not followed, since they would close a cycle
 * @param servers servers that are taken for being in the room
 * @param admission whether that was compared with what the events prove
 * @param differences how often what is stored is not what the events give
 * @param examples some of the differences, a line each
 */
public record VerifyReport(
        RoomHead head,
        long pages,
        long redacted,
        long redactedForGood,
        long open,
        long known,
        long gaps,
        long ties,
        long severed,
        int servers,
        Admission admission,
        long differences,
        List<String> examples) {
    /** How far it was checked who is in the room. */
    public enum Admission {
        /** It was compared with what the events prove. */
        PROVEN,
        /** It was told beside the events, which need not prove it. */
        TOLD,
        /** It was not compared: an import was not finished, or the events are not stored as they should be. */
        NOT_PROVABLE
    }

    public VerifyReport {
        examples = List.copyOf(examples);
    }
}
