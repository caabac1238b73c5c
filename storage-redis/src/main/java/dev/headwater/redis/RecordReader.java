package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headwater.id.EventId;
import dev.headwater.json.UnpaddedBase64;
import java.util.Arrays;

/** Reads what {@link RecordWriter} wrote, and refuses whatever else it is given; it never reads beyond the record. */
final class RecordReader {
    private static final int HASH_BYTES = 32;

    private final byte[] bytes;
    private int at;

    RecordReader(byte[] bytes) {
        this.bytes = bytes;
    }

    int u8() {
        need(1);
        return bytes[at++] & 0xff;
    }

    int u32() {
        return u8() << 24 | u8() << 16 | u8() << 8 | u8();
    }

    long u64() {
        return (long) u32() << 32 | Integer.toUnsignedLong(u32());
    }

    long unsigned() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw unreadable("a number of more than 64 bits");
    }

    long signed() {
        long value = unsigned();
        return value >>> 1 ^ -(value & 1);
    }

    /** A number that fits an {@code int} and is not negative. */
    int size() {
        long value = unsigned();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw unreadable("a size of " + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    /** How many items follow: each takes at least one byte, so that a false count cannot make us reserve memory. */
    int count() {
        int value = size();
        need(value);
        return value;
    }

    byte[] raw(int length) {
        need(length);
        byte[] value = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return value;
    }

    String text() {
        return utf8(count());
    }

    String text8() {
        return utf8(u8());
    }

    private String utf8(int size) {
        need(size);
        String value = new String(bytes, at, size, UTF_8);
        // What cannot be decoded is replaced by this character, which may also stand there itself.
        if (value.indexOf('\uFFFD') >= 0
                && !Arrays.equals(value.getBytes(UTF_8), Arrays.copyOfRange(bytes, at, at + size))) {
            throw unreadable("text that is not UTF-8");
        }
        at += size;
        return value;
    }

    EventId eventId() {
        int form = u8();
        return switch (form) {
            case RecordWriter.ID_URL_SAFE -> new EventId(UnpaddedBase64.encodeUrlSafe('$', raw(HASH_BYTES)));
            case RecordWriter.ID_STANDARD -> new EventId(UnpaddedBase64.encode('$', raw(HASH_BYTES)));
            case RecordWriter.ID_TEXT -> {
                String text = text();
                yield EventId.tryParse(text).orElseThrow(() -> unreadable("a text that is no event ID"));
            }
            default -> throw unreadable("an event ID of form " + form);
        };
    }

    void end() {
        if (at != bytes.length) {
            throw unreadable((bytes.length - at) + " bytes too many");
        }
    }

    void format(int known) {
        int format = u8();
        if (format != known) {
            throw unreadable("format " + format + " where " + known + " is known");
        }
    }

    UnreadableRecordException unreadable(String what) {
        return new UnreadableRecordException(what + " at byte " + at + " of " + bytes.length);
    }

    private void need(int more) {
        if (bytes.length - at < more) {
            throw unreadable("an end " + (more - (bytes.length - at)) + " bytes too early");
        }
    }
}
