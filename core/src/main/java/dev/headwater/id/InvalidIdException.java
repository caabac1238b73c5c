package dev.headwater.id;

/** Says which text is not the identifier it was taken for, and what was expected. */
public final class InvalidIdException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    InvalidIdException(String value, String expected) {
        super("'" + printable(value) + "' is not " + expected);
    }

    private static String printable(String value) {
        return Printable.of(value.length() > 80 ? value.substring(0, 80) + "…" : value);
    }
}
