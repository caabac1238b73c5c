package dev.headwater.gateway.cache;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Reads that are shared by all who ask for the same: one is under way at a time, and who comes meanwhile waits for the
 * next. So nobody is given what was read before they asked.
 *
 * @param <K> what is asked for
 */
final class Turns<K, T> {
    private final ConcurrentHashMap<K, Turn<T>> turns = new ConcurrentHashMap<>();

    private static final class Turn<T> {
        Set<MonoSink<T>> riding = new LinkedHashSet<>();
        Set<MonoSink<T>> waiting = new LinkedHashSet<>();
    }

    /** @param read subscribed to by the first of those who share it; ends in any case */
    Mono<T> next(K key, Supplier<Mono<T>> read) {
        return Mono.create(sink -> {
            Turn<T> fresh = new Turn<>();
            fresh.riding.add(sink);
            Turn<T> turn = turns.merge(key, fresh, (running, mine) -> {
                running.waiting.add(sink);
                return running;
            });
            if (turn == fresh) {
                go(key, read);
            } else {
                sink.onCancel(() -> turns.computeIfPresent(key, (same, running) -> {
                    running.waiting.remove(sink);
                    return running;
                }));
            }
        });
    }

    private void go(K key, Supplier<Mono<T>> read) {
        Mono<T> started;
        try {
            started = read.get();
        } catch (RuntimeException e) {
            started = Mono.error(e);
        }
        started.subscribe(new reactor.core.publisher.BaseSubscriber<T>() {
            private @Nullable T value;

            @Override
            protected void hookOnNext(T read) {
                value = read;
            }

            @Override
            protected void hookOnComplete() {
                T found = value;
                land(key, read).forEach(found == null ? MonoSink::success : sink -> sink.success(found));
            }

            @Override
            protected void hookOnError(Throwable failure) {
                land(key, read).forEach(sink -> sink.error(failure));
            }
        });
    }

    /** Starts the next read if somebody waits for it; gives those for whom the last one was. */
    private Set<MonoSink<T>> land(K key, Supplier<Mono<T>> read) {
        Set<MonoSink<T>> landed = new LinkedHashSet<>();
        Turn<T> next = turns.computeIfPresent(key, (same, turn) -> {
            landed.addAll(turn.riding);
            if (turn.waiting.isEmpty()) {
                return null;
            }
            turn.riding = turn.waiting;
            turn.waiting = new LinkedHashSet<>();
            return turn;
        });
        if (next != null) {
            go(key, read);
        }
        return landed;
    }
}
