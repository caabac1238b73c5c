package dev.headwater.gateway.discovery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A wall clock and a monotonic one that go on only when they are told to. */
public final class SettableClock extends Clock {
    private volatile Instant now = Instant.parse("2026-11-26T00:00:00Z");
    // About to overflow, as it may be.
    private volatile long nanos = Long.MAX_VALUE - 1;

    public void advance(Duration some) {
        jump(some);
        nanos += some.toNanos();
    }

    /** The wall clock alone, as when it is set. */
    public void jump(Duration some) {
        now = now.plus(some);
    }

    public long nanos() {
        return nanos;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
