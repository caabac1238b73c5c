package dev.headwater.event;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import dev.headwater.room.RoomVersionRules;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * An event as servers exchange it: well formed for its room version, its ID certain, its signatures not yet checked.
 *
 * @see PduReader
 * @see <a href="https://spec.matrix.org/v1.18/server-server-api/#pdus">PDUs</a>
 */
public final class Pdu {
    private final RoomVersion version;
    private final EventId id;
    private final RoomId room;
    private final UserId sender;
    private final String type;
    private final @Nullable String stateKey;
    private final long depth;
    private final long originServerTs;
    private final List<EventId> prevEvents;
    private final List<EventId> authEvents;
    private final @Nullable EventId redacts;
    private final ObjectNode json;
    private final byte[] bytes;
    private final byte[] signedBytes;
    private final boolean silent;

    Pdu(
            RoomVersion version,
            EventId id,
            RoomId room,
            UserId sender,
            String type,
            @Nullable String stateKey,
            long depth,
            long originServerTs,
            List<EventId> prevEvents,
            List<EventId> authEvents,
            @Nullable EventId redacts,
            ObjectNode json,
            byte[] bytes,
            byte[] signedBytes,
            boolean silent) {
        this.version = version;
        this.id = id;
        this.room = room;
        this.sender = sender;
        this.type = type;
        this.stateKey = stateKey;
        this.depth = depth;
        this.originServerTs = originServerTs;
        this.prevEvents = List.copyOf(prevEvents);
        this.authEvents = List.copyOf(authEvents);
        this.redacts = redacts;
        this.json = json;
        this.bytes = bytes;
        this.signedBytes = signedBytes;
        this.silent = silent;
    }

    public RoomVersion version() {
        return version;
    }

    public RoomVersionRules rules() {
        return RoomVersionRules.of(version);
    }

    public EventId id() {
        return id;
    }

    /** The room; of a create event from version 12 on, {@code !} and the event's own hash. */
    public RoomId room() {
        return room;
    }

    public UserId sender() {
        return sender;
    }

    public String type() {
        return type;
    }

    /** Empty text for most state, null for a message event. */
    public @Nullable String stateKey() {
        return stateKey;
    }

    /** As the event claims, from 0 to 2^53-1. */
    public long depth() {
        return depth;
    }

    /** Milliseconds since the epoch as the event claims; 0 if it is not an integer. */
    public long originServerTs() {
        return originServerTs;
    }

    /** The parents, each once, in the event's order; an entry that cannot be any event's ID is left out. */
    public List<EventId> prevEvents() {
        return prevEvents;
    }

    /** As {@link #prevEvents} for {@code auth_events}. */
    public List<EventId> authEvents() {
        return authEvents;
    }

    /** The event that an {@code m.room.redaction} wants redacted, whichever of the two places names it. */
    public @Nullable EventId redacts() {
        return redacts;
    }

    /** The event without {@code unsigned} and, from version 3, {@code event_id}. Not to be changed. */
    public ObjectNode json() {
        return json;
    }

    /**
     * The received bytes of {@link #json}, without blanks; the canonical bytes where those were wastefully escaped. At
     * most {@value PduReader#MAX_BYTES}. Not to be changed.
     */
    public byte[] bytes() {
        return bytes;
    }

    /** What the signatures cover, see {@link EventHashes#signedBytes}. Not to be changed. */
    public byte[] signedBytes() {
        return signedBytes;
    }

    /** To be walked through, but never emitted: see {@link BadEventException#walkable}. */
    public boolean silent() {
        return silent;
    }

    @Override
    public String toString() {
        return type + " " + id + " in " + room;
    }
}
