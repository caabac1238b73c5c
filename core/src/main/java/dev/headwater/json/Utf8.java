package dev.headwater.json;

/** The byte-level door: well-formed UTF-8 (Unicode, table 3-7) without a byte order mark and without NUL. */
final class Utf8 {
    private Utf8() {}

    /** @throws BadJsonException of kind NOT_JSON at the first byte that is not UTF-8 */
    static void check(byte[] bytes) {
        if (bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF) {
            throw BadJsonException.notJson(0, "expected JSON without a byte order mark");
        }
        int i = 0;
        while (i < bytes.length) {
            int lead = bytes[i];
            if (lead > 0) {
                i++;
            } else {
                i += checkSequence(bytes, i, lead & 0xFF);
            }
        }
    }

    private static int checkSequence(byte[] bytes, int at, int lead) {
        if (lead == 0) {
            // The first sign of UTF-16 and UTF-32; no JSON text holds a raw NUL.
            throw BadJsonException.notJson(at, "expected UTF-8, found a NUL byte");
        }
        int length = lead >= 0xC2 && lead <= 0xDF
                ? 2
                : lead >= 0xE0 && lead <= 0xEF ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
        if (length == 0) {
            throw BadJsonException.notJson(at, "expected UTF-8, found the byte 0x" + hex(lead));
        }
        for (int k = 1; k < length; k++) {
            int low = 0x80;
            int high = 0xBF;
            if (k == 1) {
                low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : low;
                high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : high;
            }
            int next = at + k < bytes.length ? bytes[at + k] & 0xFF : -1;
            if (next < low || next > high) {
                throw BadJsonException.notJson(
                        at, "expected UTF-8, found a broken, overlong or surrogate sequence after 0x" + hex(lead));
            }
        }
        return length;
    }

    private static String hex(int b) {
        return Integer.toHexString(b).toUpperCase(java.util.Locale.ROOT);
    }
}
