package dev.headwater.history;

import dev.headwater.id.EventId;
import java.util.Map;

/**
 * What became of events that were to be written.
 *
 * @param taken how many were stored
 * @param known how many were stored already, or came twice
 * @param refused the others, each with its reason; what else came under the ID of a refused one counts as known
 */
public record WriteResult(int taken, int known, Map<EventId, Refusal> refused) {
    public WriteResult {
        refused = Map.copyOf(refused);
    }
}
