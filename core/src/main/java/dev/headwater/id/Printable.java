package dev.headwater.id;

/** Foreign text on its way into a message or a log: what it holds must not steer a terminal or begin a new line. */
public final class Printable {
    private Printable() {}

    /** The text with every control character written as a {@code \\u} escape. */
    public static String of(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
