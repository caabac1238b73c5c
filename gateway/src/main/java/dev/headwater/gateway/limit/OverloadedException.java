package dev.headwater.gateway.limit;

/** There is more to do for all servers together than there is room for. */
public final class OverloadedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OverloadedException(String message) {
        super(message, null, false, false);
    }
}
