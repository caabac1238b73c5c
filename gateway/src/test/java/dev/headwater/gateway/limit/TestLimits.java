package dev.headwater.gateway.limit;

import java.util.List;

/** Limits of which only some are meant to be met. Nobody is left uncounted. */
public final class TestLimits {
    private static final int ANY = 1_000_000;

    private TestLimits() {}

    public static LimitOptions connections(int inAll, int perClient) {
        return new LimitOptions(inAll, perClient, ANY, ANY, ANY, ANY, ANY, ANY, List.of());
    }

    public static LimitOptions rate(int perSecond, int burst) {
        return new LimitOptions(ANY, ANY, perSecond, burst, ANY, ANY, ANY, ANY, List.of());
    }

    public static LimitOptions turns(int concurrent, int waiting, int responses) {
        return new LimitOptions(ANY, ANY, ANY, ANY, concurrent, waiting, ANY, responses, List.of());
    }

    public static LimitOptions bodies(long bytes) {
        return new LimitOptions(ANY, ANY, ANY, ANY, ANY, ANY, bytes, ANY, List.of());
    }
}
