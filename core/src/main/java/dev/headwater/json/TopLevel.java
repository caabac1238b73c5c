package dev.headwater.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/** Cuts members out of an object's bytes without parsing and printing it again. */
public final class TopLevel {
    private final byte[] in;
    private final ByteArrayOutputStream out;
    private int at;

    private TopLevel(byte[] in) {
        this.in = in;
        this.out = new ByteArrayOutputStream(in.length);
    }

    /**
     * The object without the named top-level members and without the blanks between its tokens. Every other byte stays
     * as it is, and in its place.
     *
     * @param object bytes that {@link StrictJson} took for an object
     * @throws IllegalArgumentException if they cannot be one
     */
    public static byte[] without(byte[] object, Set<String> names) {
        try {
            return new TopLevel(object).cut(names);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("expected a JSON object, found one that is cut off", e);
        }
    }

    private byte[] cut(Set<String> names) {
        blanks();
        expect('{');
        out.write('{');
        blanks();
        boolean first = true;
        while (in[at] != '}') {
            int key = at;
            string();
            int keyEnd = at;
            blanks();
            expect(':');
            boolean kept = !names.contains(name(key, keyEnd));
            if (kept) {
                if (!first) {
                    out.write(',');
                }
                first = false;
                out.write(in, key, keyEnd - key);
                out.write(':');
            }
            value(kept);
            if (in[at] != '}') {
                expect(',');
                blanks();
            }
        }
        out.write('}');
        return out.toByteArray();
    }

    private String name(int from, int to) {
        // A key may be written with escapes: the text decides, not the bytes.
        for (int i = from; i < to; i++) {
            if (in[i] == '\\') {
                return StrictJson.parse(Arrays.copyOfRange(in, from, to)).stringValue();
            }
        }
        return new String(in, from + 1, to - from - 2, StandardCharsets.UTF_8);
    }

    /** A value with the blanks around it. */
    private void value(boolean kept) {
        int depth = 0;
        while (true) {
            byte b = in[at];
            int from = at;
            if (b == '"') {
                string();
            } else if (depth == 0 && (b == ',' || b == '}')) {
                return;
            } else {
                depth += b == '{' || b == '[' ? 1 : b == '}' || b == ']' ? -1 : 0;
                at++;
            }
            if (kept && !isBlank(b)) {
                out.write(in, from, at - from);
            }
        }
    }

    private void string() {
        expect('"');
        while (in[at] != '"') {
            at += in[at] == '\\' ? 2 : 1;
        }
        at++;
    }

    private void blanks() {
        while (isBlank(in[at])) {
            at++;
        }
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    private void expect(char c) {
        if (in[at] != c) {
            throw new IllegalArgumentException("expected '" + c + "' at byte " + at);
        }
        at++;
    }
}
