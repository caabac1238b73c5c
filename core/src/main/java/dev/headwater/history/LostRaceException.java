package dev.headwater.history;

/** Somebody else has published between a read and the publish that relied on it: read again. */
final class LostRaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostRaceException() {
        super("somebody else has published", null, false, false);
    }
}
