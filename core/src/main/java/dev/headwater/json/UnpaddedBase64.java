package dev.headwater.json;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Binary values as JSON carries them.
 *
 * @see <a href="https://spec.matrix.org/v1.18/appendices/#unpadded-base64">Unpadded Base64</a>
 */
public final class UnpaddedBase64 {
    private static final Base64.Encoder STANDARD = Base64.getEncoder().withoutPadding();
    private static final Base64.Encoder URL_SAFE = Base64.getUrlEncoder().withoutPadding();

    private UnpaddedBase64() {}

    /** In the standard alphabet, without padding. */
    public static String encode(byte[] bytes) {
        return STANDARD.encodeToString(bytes);
    }

    /** In the URL-safe alphabet, without padding. */
    public static String encodeUrlSafe(byte[] bytes) {
        return URL_SAFE.encodeToString(bytes);
    }

    /** As {@link #encode}, behind the sign that such identifiers begin with. */
    public static String encode(char sigil, byte[] bytes) {
        return behind(sigil, STANDARD, bytes);
    }

    /** As {@link #encodeUrlSafe}, behind the sign that such identifiers begin with. */
    public static String encodeUrlSafe(char sigil, byte[] bytes) {
        return behind(sigil, URL_SAFE, bytes);
    }

    /** With one copy less than to put two texts together: a page read from the store has dozens of these. */
    private static String behind(char sigil, Base64.Encoder alphabet, byte[] bytes) {
        byte[] text = new byte[1 + (4 * bytes.length + 2) / 3];
        int length = alphabet.encode(bytes, text);
        System.arraycopy(text, 0, text, 1, length);
        text[0] = (byte) sigil;
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /**
     * What events and key documents hold: the standard alphabet, padded or not, whatever the unused bits say.
     *
     * @throws IllegalArgumentException if the text is not Base64
     */
    public static byte[] decode(String text) {
        return Base64.getDecoder().decode(text);
    }

    /**
     * The one text that {@link #encode} writes for the bytes: no padding, and the unused bits zero.
     *
     * @throws IllegalArgumentException if the text is any other
     */
    public static byte[] decodeStrict(String text) {
        byte[] bytes = decode(text);
        if (!encode(bytes).equals(text)) {
            throw new IllegalArgumentException("expected unpadded Base64 whose unused bits are zero");
        }
        return bytes;
    }
}
