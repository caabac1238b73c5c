package dev.headwater.gateway.http;

/** A request that will not be answered as asked, with the cause; {@link Rescue} alone knows its status. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Cause cause;

    public RefusedException(Cause cause, String message) {
        super(message, null, false, false);
        this.cause = cause;
    }

    /**
     * The asker may not see what it asks for. One text for all reasons, those that depend on a room and those that do
     * not: nothing is learnt from the difference.
     */
    public static RefusedException noAccess() {
        return new RefusedException(Cause.NO_ACCESS, "this server may not ask for this");
    }

    public Cause reason() {
        return cause;
    }

    /** Why a request is refused, in the order in which the causes are looked for. */
    public enum Cause {
        /** The request's line, framing or headers break HTTP. */
        BAD_HTTP,
        /** A version of HTTP that is not spoken here. */
        HTTP_VERSION,
        TARGET_TOO_LONG,
        HEADERS_TOO_LARGE,
        BODY_TOO_LARGE,
        /** The rest of the request did not come in time. */
        TOO_SLOW,
        /** {@code Expect} asks for something other than {@code 100-continue}. */
        EXPECTATION,
        /** A coding of the request body that is not read here. */
        CONTENT_CODING,
        NO_SUCH_PATH,
        NO_SUCH_METHOD,
        /** The body is not one whole JSON document. */
        NOT_JSON,
        /** The body is JSON, but not what is wanted. */
        BAD_JSON,
        MISSING_PARAMETER,
        BAD_PARAMETER,
        /** The asker may not see the room, or there is no such room: never told apart. */
        NO_ACCESS,
        NOTHING_FOUND,
        /** More work than there is room for. */
        OVERLOADED
    }
}
