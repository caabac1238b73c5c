package dev.headwater.history;

import dev.headwater.id.EventId;

/**
 * One event that a walk has come to.
 *
 * @param redacted whether its redacted copy is to be shown in its place; the bytes are those of the full event all the same
 * @param page holds the event's bytes among those of others; shared and never written to
 * @param offset of its first byte in {@code page}
 * @param length in bytes
 */
public record WalkedEvent(EventId id, long correctedDepth, boolean redacted, byte[] page, int offset, int length) {
    /** @param page the bodies of the event's page */
    static WalkedEvent of(Side side, Sight seen, byte[] page) {
        return new WalkedEvent(
                side.id(), side.correctedDepth(), seen == Sight.REDACTED, page, side.bodyOffset(), side.bodyLength());
    }
}
