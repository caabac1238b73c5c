package dev.headwater.history;

/** What was asked cannot be told from what is stored: something is missing, or it takes state resolution, or too much work. */
public final class NotDerivableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotDerivableException(String message) {
        super(message, null, false, false);
    }
}
