package dev.headwater.gateway.auth;

/** The asker's identity is not proven, or its header cannot be read. */
public final class AuthenticationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public AuthenticationException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** What is wrong with the proof. */
    public enum Reason {
        /** No {@code X-Matrix} credentials at all. */
        ABSENT,
        /** Credentials that break the header's grammar. */
        MALFORMED,
        /** Well-formed credentials that prove nothing. */
        NOT_PROVEN
    }
}
