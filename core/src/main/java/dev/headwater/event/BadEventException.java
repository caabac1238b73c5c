package dev.headwater.event;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says why bytes are not an event of the room version they came for. */
public final class BadEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kinds of fault, for counting. */
    public enum Reason {
        /** Not strict JSON, or not an object. */
        JSON,
        /** A number that room versions from 6 forbid. */
        NUMBER,
        /** A member is missing or of the wrong type, also: the shape of another room version. */
        SHAPE,
        /** The event or one of its fields is too long. */
        SIZE,
        /** Not an integer from 0 to 2^53-1. */
        DEPTH,
        /** An identifier that is not one. */
        IDENTIFIER,
        /** No {@code hashes.sha256} in Base64. */
        HASHES,
        /** The event says another ID than the one that its hash gives. */
        EVENT_ID,
        /** It names itself among its parents or in its authorisation. */
        SELF_REFERENCE,
        /** The create event in {@code auth_events}, which room version 12 forbids. */
        CREATE_IN_AUTH
    }

    private final Reason reason;
    private final transient @Nullable Pdu walkable;

    BadEventException(Reason reason, String message) {
        super(message);
        this.reason = reason;
        this.walkable = null;
    }

    BadEventException(Reason reason, String message, Pdu walkable) {
        super(message);
        this.reason = reason;
        this.walkable = walkable;
    }

    BadEventException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.walkable = null;
    }

    public Reason reason() {
        return reason;
    }

    /**
     * The event itself where servers once took such events and others stand before it: in room versions up to 5, one
     * whose depth exceeds 2^53-1. It must never be emitted, since it costs a requester its whole batch; once its
     * signatures are checked, the gate lets it in silently, so that no hole is torn.
     */
    public Optional<Pdu> walkable() {
        return Optional.ofNullable(walkable);
    }
}
