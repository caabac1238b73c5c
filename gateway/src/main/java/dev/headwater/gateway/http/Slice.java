package dev.headwater.gateway.http;

import java.util.Arrays;

/** Bytes within an array that is shared with others and never written to. */
public record Slice(byte[] array, int offset, int length) {
    public static Slice of(byte[] whole) {
        return new Slice(whole, 0, whole.length);
    }

    /** A copy of what begins at {@code from}, without the rest of the array. */
    Slice rest(int from) {
        return of(Arrays.copyOfRange(array, offset + from, offset + length));
    }
}
