package dev.headwater.gateway.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.headwater.id.ServerName;
import java.time.Duration;

/**
 * When a server may be asked for its keys again. Anybody can claim any name and any key ID: without a pause every such
 * request would cause a fetch.
 */
final class Patience {
    /** After a fetch that brought what there is: a key that was not in it will not be there in a moment either. */
    static final Duration AFTER_SUCCESS = Duration.ofSeconds(30);

    /** After the first failure, doubled with each further one. */
    static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    /** A server that comes back after a long time is not refused for longer. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    /** Some 200 bytes each. Who is pushed out is merely asked again earlier. */
    private static final int SERVERS = 10_000;

    private final Ticker ticker;
    private final Cache<ServerName, Pause> pauses;

    private record Pause(int failures, long end) {}

    Patience(Ticker ticker) {
        this.ticker = ticker;
        // The failures are forgotten with the entry, so it stays for a while after its end.
        this.pauses = Caffeine.newBuilder()
                .maximumSize(SERVERS)
                .expireAfterWrite(LONGEST.multipliedBy(2))
                .ticker(ticker)
                .build();
    }

    boolean mayAsk(ServerName server) {
        Pause pause = pauses.getIfPresent(server);
        return pause == null || pause.end - ticker.read() <= 0;
    }

    void succeeded(ServerName server) {
        pauses.put(server, new Pause(0, ticker.read() + AFTER_SUCCESS.toNanos()));
    }

    void failed(ServerName server) {
        pauses.asMap().compute(server, (same, before) -> {
            int failures = before == null ? 1 : before.failures + 1;
            long pause = AFTER_FAILURE.toNanos() << Math.min(failures - 1, 10);
            return new Pause(failures, ticker.read() + Math.min(pause, LONGEST.toNanos()));
        });
    }
}
