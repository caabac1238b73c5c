package dev.headwater.sign;

import dev.headwater.id.Printable;

/** Bytes that are not a server's key document, or one that nothing may be believed from; says what was expected. */
public final class BadKeyDocumentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadKeyDocumentException(String expectation) {
        super(Printable.of(expectation));
    }
}
