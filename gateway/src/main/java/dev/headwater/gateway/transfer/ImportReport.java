package dev.headwater.gateway.transfer;

import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of the lines of a dump.
 *
 * @param taken events that were stored
 * @param known events that were stored already, or came twice
 * @param unverified of those taken or known, the ones whose signature could not be checked for want of the key
 * @param redacted of those taken or known, the ones whose content is not what was signed: their redacted copy is kept
 * @param refused the others, by reason
 */
public record ImportReport(
        RoomId room,
        RoomVersion roomVersion,
        long taken,
        long known,
        long unverified,
        long redacted,
        SortedMap<String, Refused> refused) {
    public ImportReport {
        refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
    }

    /**
     * Events that were refused for one reason.
     *
     * @param example what was wrong with the first of them
     */
    public record Refused(long count, String example) {}

    /** How many events were refused, for any reason. */
    public long refusedInAll() {
        return refused.values().stream().mapToLong(Refused::count).sum();
    }
}
