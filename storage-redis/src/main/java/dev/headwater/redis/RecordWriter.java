package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headwater.id.EventId;
import dev.headwater.json.UnpaddedBase64;
import java.util.Arrays;
import java.util.Base64;

/** Writes the primitives that the store's records are made of; {@link RecordReader} reads them. */
final class RecordWriter {
    static final int ID_URL_SAFE = 0;
    static final int ID_STANDARD = 1;
    static final int ID_TEXT = 2;
    private static final int HASH_TEXT = 43;

    private byte[] bytes;
    private int length;

    RecordWriter(int expected) {
        bytes = new byte[expected];
    }

    RecordWriter u8(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /** Big-endian. */
    RecordWriter u32(int value) {
        return u8(value >>> 24).u8(value >>> 16).u8(value >>> 8).u8(value);
    }

    /** Big-endian. */
    RecordWriter u64(long value) {
        return u32((int) (value >>> 32)).u32((int) value);
    }

    /** Seven bits a byte, the lowest first; the eighth bit says that more follow. */
    RecordWriter unsigned(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            u8((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        return u8((int) rest);
    }

    /** Zigzag: small numbers of either sign are short. */
    RecordWriter signed(long value) {
        return unsigned(value << 1 ^ value >> 63);
    }

    RecordWriter raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /** Length and UTF-8. */
    RecordWriter text(String value) {
        byte[] utf8 = value.getBytes(UTF_8);
        return unsigned(utf8.length).raw(utf8);
    }

    /** One byte of length and UTF-8 of 255 bytes at most. */
    RecordWriter text8(String value) {
        byte[] utf8 = value.getBytes(UTF_8);
        if (utf8.length > 255) {
            throw new IllegalArgumentException("'" + value + "' has more than 255 bytes");
        }
        return u8(utf8.length).raw(utf8);
    }

    /** An ID that is a hash in base64 as its 32 bytes, any other as text. */
    RecordWriter eventId(EventId id) {
        String value = id.value();
        if (value.length() == HASH_TEXT + 1) {
            String hash = value.substring(1);
            byte[] decoded = decoded(Base64.getUrlDecoder(), hash);
            if (UnpaddedBase64.encodeUrlSafe(decoded).equals(hash)) {
                return u8(ID_URL_SAFE).raw(decoded);
            }
            decoded = decoded(Base64.getDecoder(), hash);
            if (UnpaddedBase64.encode(decoded).equals(hash)) {
                return u8(ID_STANDARD).raw(decoded);
            }
        }
        return u8(ID_TEXT).text(value);
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private static byte[] decoded(Base64.Decoder decoder, String text) {
        try {
            return decoder.decode(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
