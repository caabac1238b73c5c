package dev.headwater.gateway.keys;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A wall clock and a monotonic one that go on only when they are told to. */
final class SetClock extends Clock {
    private Instant now = Instant.ofEpochMilli(1_800_000_000_000L);
    private long nanos = Long.MAX_VALUE - 1;

    void advance(Duration some) {
        jump(some);
        nanos += some.toNanos();
    }

    /** The wall clock alone, as when it is set. */
    void jump(Duration some) {
        now = now.plus(some);
    }

    long nanos() {
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
        return this;
    }
}
