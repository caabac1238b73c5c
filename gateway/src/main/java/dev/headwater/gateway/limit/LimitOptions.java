package dev.headwater.gateway.limit;

import dev.headwater.gateway.discovery.AddressRange;
import java.util.List;

/**
 * How much at once.
 *
 * @param connections open at a time
 * @param connectionsPerClient of these from one IPv4 address or one IPv6 network of 64 bits
 * @param requestsPerSecond of one such client, whoever it turns out to be, in the long run
 * @param requestBurst how many it may send at once after a rest
 * @param concurrentPerOrigin requests of one server that are being answered at a time
 * @param waitingPerOrigin requests of one server that wait for that
 * @param bodyBytes of request bodies held at a time, of all servers together
 * @param responses being answered at a time, of all servers together
 * @param uncounted who is not counted as one client, because many may stand behind it
 */
public record LimitOptions(
        int connections,
        int connectionsPerClient,
        int requestsPerSecond,
        int requestBurst,
        int concurrentPerOrigin,
        int waitingPerOrigin,
        long bodyBytes,
        int responses,
        List<AddressRange> uncounted) {
    private static final int NO_LIMIT = 900_000_000;

    public LimitOptions {
        uncounted = List.copyOf(uncounted);
    }

    /** As much as anybody asks for, where only the machine is to be measured. */
    public static LimitOptions unlimited() {
        return new LimitOptions(
                NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT, NO_LIMIT, AddressRange.LOOPBACK);
    }
}
