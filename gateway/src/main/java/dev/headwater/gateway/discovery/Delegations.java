package dev.headwater.gateway.discovery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.headwater.id.ServerName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * To whom hosts delegate, kept for as long as they say.
 *
 * <p>In the last fifth of its lifetime a delegation is asked for anew while it is still used; while that fails, it is
 * used to its end. A failure is kept too, longer each time, up to an hour. One host is asked once at a time.
 */
final class Delegations {
    /** How long it holds that a host delegates to nobody. */
    static final Duration OF_NOTHING = Duration.ofHours(1);

    static final Duration FIRST_FAILURE = Duration.ofMinutes(2);
    static final Duration LONGEST_FAILURE = Duration.ofHours(1);

    /** Some 300 bytes each. */
    private static final int MAX_HOSTS = 20_000;

    private static final int REFRESHED_IN_THE_LAST = 5;
    private static final int MAX_DOUBLINGS = 5;

    /**
     * @param server empty if the host delegates to nobody, or if that is not known
     * @param refresh from then on it is asked for anew
     * @param end from then on it is not used
     * @param failures one after another
     */
    private record Held(Optional<ServerName> server, Instant refresh, Instant end, int failures) {}

    private final BiFunction<HostName, Duration, Mono<WellKnownFetch.Result>> fetch;
    private final Clock clock;
    private final Cache<String, Held> held =
            Caffeine.newBuilder().maximumSize(MAX_HOSTS).executor(Runnable::run).build();
    private final ConcurrentMap<String, Mono<Held>> flights = new ConcurrentHashMap<>();

    /** @param fetch as {@link WellKnownFetch#fetch} */
    Delegations(BiFunction<HostName, Duration, Mono<WellKnownFetch.Result>> fetch, Clock clock) {
        this.fetch = fetch;
        this.clock = clock;
    }

    /**
     * To whom the host delegates; of nothing if to nobody. Subscribing asks, unless that is known; cancelling leaves the
     * question to others. Never fails and never empty.
     */
    Mono<Optional<ServerName>> of(HostName host) {
        return Mono.defer(() -> {
            String key = host.value().toLowerCase(Locale.ROOT);
            Held known = held.getIfPresent(key);
            Instant now = clock.instant();
            if (known == null || !now.isBefore(known.end())) {
                return flight(key, host, known).map(Held::server);
            }
            if (!now.isBefore(known.refresh())) {
                flight(key, host, known).subscribe();
            }
            return Mono.just(known.server());
        });
    }

    private Mono<Held> flight(String key, HostName host, @Nullable Held known) {
        return flights.computeIfAbsent(
                key,
                absent -> fetch.apply(host, OF_NOTHING)
                        .map(result -> next(result, known))
                        .doOnNext(next -> held.put(key, next))
                        .doFinally(signal -> flights.remove(key))
                        .cache());
    }

    private Held next(WellKnownFetch.Result result, @Nullable Held known) {
        Instant now = clock.instant();
        if (result.lifetime() != null) {
            Duration early = result.lifetime().dividedBy(REFRESHED_IN_THE_LAST);
            Instant end = now.plus(result.lifetime());
            return new Held(result.server(), result.server().isPresent() ? end.minus(early) : end, end, 0);
        }
        int failures = known == null ? 0 : known.failures();
        Duration pause = FIRST_FAILURE.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
        Instant again = now.plus(pause.compareTo(LONGEST_FAILURE) > 0 ? LONGEST_FAILURE : pause);
        if (known != null && known.server().isPresent() && now.isBefore(known.end())) {
            return new Held(known.server(), again, known.end(), failures + 1);
        }
        return new Held(Optional.empty(), again, again, failures + 1);
    }
}
