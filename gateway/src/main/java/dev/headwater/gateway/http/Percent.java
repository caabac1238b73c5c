package dev.headwater.gateway.http;

import dev.headwater.gateway.http.RefusedException.Cause;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Strict percent-decoding: a broken escape is an error, and so is what is not UTF-8 in its shortest form. */
final class Percent {
    private Percent() {}

    /**
     * Decodes ASCII text into the bytes that it stands for. A plus sign stands for itself, in queries too: peers encode
     * it, so nothing is lost for them, and the event IDs of room version 3 are full of it while none holds a blank.
     *
     * @throws RefusedException if a percent sign is not followed by two hexadecimal digits
     */
    static byte[] bytes(String encoded) {
        byte[] out = new byte[encoded.length()];
        int n = 0;
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                int high = i + 2 < encoded.length() ? digit(encoded, i + 1) : -1;
                int low = i + 2 < encoded.length() ? digit(encoded, i + 2) : -1;
                if (high < 0 || low < 0) {
                    throw new RefusedException(
                            Cause.BAD_PARAMETER,
                            "'" + encoded.substring(i, Math.min(i + 3, encoded.length()))
                                    + "' is no percent-encoding: expected two hexadecimal digits");
                }
                out[n++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                out[n++] = (byte) c;
            }
        }
        return Arrays.copyOf(out, n);
    }

    private static int digit(String text, int at) {
        char c = text.charAt(at);
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    /** The text of UTF-8 bytes, or null if they are anything else, overlong forms and surrogates included. */
    static @Nullable String utf8(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8); // of what is malformed it makes U+FFFD
        return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes) ? text : null;
    }
}
