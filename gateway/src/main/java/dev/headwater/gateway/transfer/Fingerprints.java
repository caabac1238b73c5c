package dev.headwater.gateway.transfer;

import dev.headwater.id.EventId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Event IDs as eight bytes of their SHA-256, which nobody can aim at a place in a table. Not thread safe. */
final class Fingerprints {
    private final MessageDigest sha256;

    Fingerprints() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    long of(EventId id) {
        return of(id.value().getBytes(StandardCharsets.UTF_8));
    }

    long of(byte[] id) {
        return firstEight(sha256.digest(id));
    }

    /** The first eight bytes, big-endian, with zeros for those that are not there. */
    static long firstEight(byte[] bytes) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = value << 8 | (i < bytes.length ? bytes[i] & 0xff : 0);
        }
        return value;
    }
}
