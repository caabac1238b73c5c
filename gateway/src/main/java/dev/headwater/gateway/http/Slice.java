package dev.headwater.gateway.http;

/** Bytes within an array that is shared with others and never written to. */
public record Slice(byte[] array, int offset, int length) {
    public static Slice of(byte[] whole) {
        return new Slice(whole, 0, whole.length);
    }
}
