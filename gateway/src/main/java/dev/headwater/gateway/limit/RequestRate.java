package dev.headwater.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often one client may ask before it has proven who it is: a token bucket for each. It stands before anything that
 * costs a signature check or a fetched key.
 */
public final class RequestRate {
    /**
     * Some 20 MB of buckets at worst. Whoever wants its empty bucket forgotten must push it out with the requests of so
     * many other addresses, and those who ask once are the first to be forgotten.
     */
    private static final int CLIENTS = 65_536;

    private final Proxies uncounted;
    private final Bandwidth bandwidth;
    private final TimeMeter meter;
    private final Cache<ClientAddress, Bucket> buckets;
    private final LongAdder refused = new LongAdder();

    public RequestRate(LimitOptions options) {
        this(options, CLIENTS, TimeMeter.SYSTEM_NANOTIME);
    }

    RequestRate(LimitOptions options, int clients, TimeMeter meter) {
        this.uncounted = new Proxies(options.uncounted());
        this.meter = meter;
        bandwidth = Bandwidth.builder()
                .capacity(options.requestBurst())
                .refillGreedy(options.requestsPerSecond(), Duration.ofSeconds(1))
                .build();
        buckets = Caffeine.newBuilder()
                .maximumSize(clients)
                // By then it is full again, so that nothing is forgotten with it.
                .expireAfterAccess(Duration.ofSeconds(1L + options.requestBurst() / options.requestsPerSecond()))
                .ticker(meter::currentTimeNanos)
                // It takes microseconds, and waking another thread takes longer.
                .executor(Runnable::run)
                .build();
    }

    /**
     * Counts one request.
     *
     * @throws TooManyRequestsException if it is one too many
     */
    public void count(InetAddress client) {
        if (uncounted.contains(client)) {
            return;
        }
        ConsumptionProbe probe =
                buckets.get(ClientAddress.of(client), address -> bucket()).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            refused.increment();
            throw new TooManyRequestsException(
                    "too many requests come from this address", Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    private Bucket bucket() {
        return Bucket.builder()
                .addLimit(bandwidth)
                .withCustomTimePrecision(meter)
                .build();
    }

    /** How many requests were refused since the start. */
    public long refused() {
        return refused.sum();
    }
}
