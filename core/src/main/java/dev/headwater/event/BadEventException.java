package dev.headwater.event;

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

    BadEventException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    BadEventException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
