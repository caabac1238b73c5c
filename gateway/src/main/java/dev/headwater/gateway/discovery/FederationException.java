package dev.headwater.gateway.discovery;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A request to another server brought no complete answer with status 200.
 *
 * <p>Its message names the server by the name that it was asked under, and no address: it may be shown to whoever named
 * the server. What lies beneath is in the cause, which is for logs.
 */
public final class FederationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, as far as it matters to who asked. */
    public enum Reason {
        /** The operator does not federate with the server. */
        NOT_ALLOWED,
        /** The name leads to no server. */
        NOT_FOUND,
        /** The name leads only to addresses that may not be reached. */
        FORBIDDEN_ADDRESS,
        /** There is no connection, or it broke. */
        UNREACHABLE,
        /** The other side does not prove to be the server. */
        CERTIFICATE,
        /** No complete answer in the time given. */
        TIMEOUT,
        /** More bytes than are taken. */
        TOO_LARGE,
        /** A complete answer with a status other than 200. */
        STATUS,
        /** Too much is being asked at once, here. */
        BUSY
    }

    private final Reason reason;
    private final int status;

    FederationException(Reason reason, String message) {
        this(reason, message, 0, null);
    }

    FederationException(Reason reason, String message, Throwable cause) {
        this(reason, message, 0, cause);
    }

    private FederationException(Reason reason, String message, int status, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.status = status;
    }

    /** The same words whether there is none or none that may be reached: who chose the name learns nothing from them. */
    static FederationException noAddress(Reason reason, String name) {
        return new FederationException(reason, name + ": has no address that may be reached");
    }

    static FederationException status(int status, String message) {
        return new FederationException(Reason.STATUS, message, status, null);
    }

    public Reason reason() {
        return reason;
    }

    /** The status of the answer, if there was one. */
    public OptionalInt status() {
        return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
    }
}
