package dev.headwater.json;

import dev.headwater.id.Printable;

/** Says where bytes stop being the JSON that was wanted, and what was expected there. */
public final class BadJsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The two answers that the specification has for it. */
    public enum Kind {
        /** Not one whole JSON document in UTF-8: {@code M_NOT_JSON}. */
        NOT_JSON,
        /** JSON, but not of the wanted kind: {@code M_BAD_JSON}. */
        BAD_JSON
    }

    private final Kind kind;
    private final long offset;

    BadJsonException(Kind kind, long offset, String expectation) {
        super(Printable.of(expectation) + " (at byte " + offset + ")");
        this.kind = kind;
        this.offset = offset;
    }

    static BadJsonException notJson(long offset, String expectation) {
        return new BadJsonException(Kind.NOT_JSON, offset, expectation);
    }

    static BadJsonException badJson(long offset, String expectation) {
        return new BadJsonException(Kind.BAD_JSON, offset, expectation);
    }

    public Kind kind() {
        return kind;
    }

    /** Where the fault was noticed, in bytes from the beginning of the document. */
    public long offset() {
        return offset;
    }
}
