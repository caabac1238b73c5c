package dev.headwater.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import reactor.core.publisher.Mono;

/**
 * Answers that are used again for a moment, counted from when they were asked for: what has changed since counts when the
 * lease is over, with no need to hear of it. Where there is none, the read is shared, see {@link Turns}.
 *
 * @param <K> what is asked for
 */
final class Leases<K, T> {
    private record Lease<T>(T answer, long askedAt, long epoch) {}

    private record OnThread<K>(Thread thread, K key) {}

    // By thread, so that who asks on an event loop is answered there.
    private final Turns<OnThread<K>, T> turns = new Turns<>();
    private final AtomicLong epoch = new AtomicLong();
    private final Cache<K, Lease<T>> leases;
    private final long nanos;
    private final Ticker ticker;

    /**
     * @param maxBytes leases beyond it are let go, the least used first
     * @param bytes how much memory an answer takes, about
     */
    Leases(Duration length, long maxBytes, ToIntFunction<T> bytes, Ticker ticker) {
        this.nanos = length.toNanos();
        this.ticker = ticker;
        leases = Caffeine.newBuilder()
                .ticker(ticker)
                .expireAfterWrite(length)
                .maximumWeight(maxBytes)
                .weigher((K key, Lease<T> lease) -> bytes.applyAsInt(lease.answer))
                // It takes microseconds, and waking another thread takes longer.
                .executor(Runnable::run)
                .build();
    }

    /** @param read subscribed to by the first of those who share it; ends in any case */
    Mono<T> next(K key, Supplier<Mono<T>> read) {
        Lease<T> lease = leases.getIfPresent(key);
        if (lease != null && ticker.read() - lease.askedAt < nanos && lease.epoch == epoch.get()) {
            return Mono.just(lease.answer);
        }
        return turns.next(new OnThread<>(Thread.currentThread(), key), () -> {
            long askedAt = ticker.read();
            long now = epoch.get();
            return read.get().doOnNext(answer -> keep(key, new Lease<>(answer, askedAt, now)));
        });
    }

    /** An answer that has overtaken a later one must not take its place. */
    private void keep(K key, Lease<T> lease) {
        leases.asMap().merge(key, lease, (before, now) -> before.askedAt - now.askedAt > 0 ? before : now);
    }

    /** Ends some leases; what is being read may begin others. */
    void end(Predicate<K> which) {
        leases.asMap().keySet().removeIf(which);
    }

    /** Ends all leases, and lets none begin with what is being read. */
    void end() {
        epoch.incrementAndGet();
    }
}
