package dev.headwater.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random JSON as text, from a seed: any characters in keys and strings, spelt raw or escaped, with blanks in between.
 * Numbers beyond canonical ones are spelt as Python would write them again, so that a peer that goes through doubles
 * can be compared with.
 */
public final class RandomJson {
    private static final List<String> ODD_NUMBERS = List.of(
            "1e+20",
            "1.1",
            "0.5",
            "-2.25",
            "1e-07",
            "1.5e-10",
            "1180591620717411303424",
            "9007199254740992",
            "-9007199254740993",
            "18446744073709551616",
            "1.7976931348623157e+308",
            "5e-324",
            "123456.789");
    private static final int[] CHARACTERS = {
        0, 1, 8, 9, 10, 12, 13, 0x1F, ' ', '"', '\\', '/', 'a', 'b', 'z', 'A', '~', 0x7F, 0x80, 0xE9, 0x7FF, 0x800,
        0x2028, 0x65E5, 0xD7FF, 0xE000, 0xFF21, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF
    };

    private final Random random;

    public RandomJson(Random random) {
        this.random = random;
    }

    /** An object whose numbers are all canonical, unless odd ones are asked for. */
    public String object(int depth, boolean oddNumbers) {
        StringBuilder out = new StringBuilder();
        object(out, depth, oddNumbers);
        return out.toString();
    }

    /** Any value. */
    public String value(int depth, boolean oddNumbers) {
        StringBuilder out = new StringBuilder();
        value(out, depth, oddNumbers);
        return out.toString();
    }

    private void value(StringBuilder out, int depth, boolean oddNumbers) {
        blanks(out);
        switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0, 1, 2 -> string(out, text());
            case 3 -> number(out, oddNumbers);
            case 4 -> out.append(random.nextBoolean());
            case 5 -> out.append("null");
            case 6 -> {
                out.append('[');
                int n = random.nextInt(5);
                for (int i = 0; i < n; i++) {
                    out.append(i > 0 ? "," : "");
                    value(out, depth - 1, oddNumbers);
                }
                blanks(out);
                out.append(']');
            }
            default -> object(out, depth - 1, oddNumbers);
        }
        blanks(out);
    }

    private void object(StringBuilder out, int depth, boolean oddNumbers) {
        List<String> keys = new ArrayList<>();
        int n = random.nextInt(7);
        for (int i = 0; i < n; i++) {
            String key = text();
            if (!keys.contains(key)) {
                keys.add(key);
            }
        }
        out.append('{');
        for (int i = 0; i < keys.size(); i++) {
            out.append(i > 0 ? "," : "");
            blanks(out);
            string(out, keys.get(i));
            blanks(out);
            out.append(':');
            value(out, depth, oddNumbers);
        }
        blanks(out);
        out.append('}');
    }

    private void number(StringBuilder out, boolean oddNumbers) {
        if (oddNumbers && random.nextInt(3) == 0) {
            out.append(ODD_NUMBERS.get(random.nextInt(ODD_NUMBERS.size())));
        } else {
            long value = switch (random.nextInt(4)) {
                case 0 -> StrictJson.MAX_INTEGER - random.nextInt(2);
                case 1 -> -StrictJson.MAX_INTEGER + random.nextInt(2);
                case 2 -> random.nextInt(20) - 10L;
                default -> random.nextLong() >> 11;
            };
            out.append(value);
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        int n = random.nextInt(6);
        for (int i = 0; i < n; i++) {
            text.appendCodePoint(CHARACTERS[random.nextInt(CHARACTERS.length)]);
        }
        return text.toString();
    }

    private void string(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c);
            if (c < 0x20 || c == '"' || c == '\\' || random.nextInt(8) == 0) {
                out.append(String.format("\\u%04x", (int) c));
                if (pair) {
                    out.append(String.format("\\u%04X", (int) text.charAt(++i)));
                }
            } else {
                out.append(c);
                if (pair) {
                    out.append(text.charAt(++i));
                }
            }
        }
        out.append('"');
    }

    private void blanks(StringBuilder out) {
        if (random.nextInt(10) == 0) {
            out.append(" \t\n\r".charAt(random.nextInt(4)));
        }
    }
}
