package dev.headwater.gateway.limit;

import dev.headwater.id.ServerName;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Who may be answered now: a few requests of each server at once, and as many of all servers as there is memory for. The
 * others wait in order for a little while, so that a burst becomes a delay and not an error; a server that gets an error
 * for one request may shun this one for ten minutes.
 */
public final class Turns {
    /** How long a request waits at most. Asking servers give up after some ten seconds, and need an answer by then. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Requests that wait, of all servers together; each is a few kilobytes. */
    private static final int MOST_WAITING = 10_000;

    private final LimitOptions options;
    private final ConcurrentMap<ServerName, Origin> origins = new ConcurrentHashMap<>();
    private final Line responses;
    private final AtomicInteger present = new AtomicInteger();
    private final LongAdder refusedOfOrigins = new LongAdder();
    private final LongAdder refusedForAll = new LongAdder();

    public Turns(LimitOptions options) {
        this.options = options;
        responses = new Line(options.responses(), Integer.MAX_VALUE);
    }

    /**
     * A turn of a server that has proven its name; {@link Turn#leave} must follow, whatever becomes of it.
     *
     * @param loop where the turn comes, if it had to be waited for
     */
    public Turn of(ServerName origin, ScheduledExecutorService loop) {
        return new Turn(origin, loop);
    }

    /** Requests that were refused since the start because their server asked for too much at once. */
    public long refusedOfOrigins() {
        return refusedOfOrigins.sum();
    }

    /** Requests that were refused since the start because all servers together asked for too much at once. */
    public long refusedForAll() {
        return refusedForAll.sum();
    }

    /** How many requests are being answered. */
    public int responses() {
        return options.responses() - responses.free();
    }

    /** How many servers have a request here. */
    int origins() {
        return origins.size();
    }

    private TooManyRequestsException refusedOfOrigin() {
        refusedOfOrigins.increment();
        return new TooManyRequestsException("too many requests of this server are being answered", PATIENCE);
    }

    private OverloadedException refusedForAll(String message) {
        refusedForAll.increment();
        return new OverloadedException(message);
    }

    /** One request, from its arrival until its response has ended. */
    public final class Turn {
        private final ServerName name;
        private final ScheduledExecutorService loop;
        private final long arrived = System.nanoTime();
        // Guarded by this: a cancellation may come by another thread, between any two steps.
        private @Nullable Standing ofOrigin;
        private @Nullable Standing ofAll;
        private boolean isPresent;
        private boolean hasLeft;

        private Turn(ServerName name, ScheduledExecutorService loop) {
            this.name = name;
            this.loop = loop;
        }

        /**
         * Completes when it is this request's turn, at once where there is room. Fails with a
         * {@link TooManyRequestsException} if it is too much of its server, with an {@link OverloadedException} if it is
         * too much of all servers together.
         */
        public Mono<Void> comes() {
            return Mono.defer(this::amongItsOwn).then(Mono.defer(this::amongAll));
        }

        private synchronized Mono<Void> amongItsOwn() {
            if (hasLeft) {
                return Mono.empty();
            }
            isPresent = true;
            if (present.incrementAndGet() > options.responses() + MOST_WAITING) {
                return Mono.error(refusedForAll("too many requests are waiting"));
            }
            ofOrigin = new Standing(enter(name), this, Turns.this::refusedOfOrigin);
            return ofOrigin.comes();
        }

        private synchronized Mono<Void> amongAll() {
            if (hasLeft) {
                return Mono.empty();
            }
            ofAll = new Standing(
                    responses, this, () -> refusedForAll("too many requests of all servers are being answered"));
            return ofAll.comes();
        }

        /** Makes room for the next, whether the turn had come or not. Once is enough, and may be by any thread. */
        public synchronized void leave() {
            hasLeft = true;
            if (ofAll != null) {
                ofAll.leave();
                ofAll = null;
            }
            if (ofOrigin != null) {
                ofOrigin.leave();
                ofOrigin = null;
                exit(name);
            }
            if (isPresent) {
                isPresent = false;
                present.decrementAndGet();
            }
        }

        private long patienceLeft() {
            return PATIENCE.toNanos() - (System.nanoTime() - arrived);
        }
    }

    private Line enter(ServerName name) {
        return origins.compute(name, (key, known) -> {
                    Origin origin = known == null
                            ? new Origin(new Line(options.concurrentPerOrigin(), options.waitingPerOrigin()))
                            : known;
                    origin.turns++;
                    return origin;
                })
                .line;
    }

    private void exit(ServerName name) {
        origins.computeIfPresent(name, (key, origin) -> --origin.turns == 0 ? null : origin);
    }

    /** A server with requests here; {@code turns} is touched within {@code compute} only. */
    private static final class Origin {
        private final Line line;
        private int turns;

        Origin(Line line) {
            this.line = line;
        }
    }

    /** One request in one line. */
    private static final class Standing implements Line.Place {
        private final Line line;
        private final Turn turn;
        private final Supplier<RuntimeException> refusal;
        private final AtomicReference<State> state = new AtomicReference<>(State.ARRIVED);
        private volatile @Nullable MonoSink<Void> sink;
        private volatile @Nullable ScheduledFuture<?> end;

        Standing(Line line, Turn turn, Supplier<RuntimeException> refusal) {
            this.line = line;
            this.turn = turn;
            this.refusal = refusal;
        }

        Mono<Void> comes() {
            if (!line.tryEnter()) {
                return Mono.create(this::await);
            }
            if (!state.compareAndSet(State.ARRIVED, State.ADMITTED)) {
                line.giveBack(); // it has left meanwhile
            }
            return Mono.empty();
        }

        private void await(MonoSink<Void> waiting) {
            sink = waiting;
            if (!state.compareAndSet(State.ARRIVED, State.WAITING)) {
                return;
            }
            if (!line.join(this)) {
                refuse();
                return;
            }
            end = turn.loop.schedule(this::lostPatience, Math.max(0, turn.patienceLeft()), TimeUnit.NANOSECONDS);
            if (state.get() != State.WAITING) {
                stopClock();
            }
        }

        @Override
        public boolean grant() {
            MonoSink<Void> waiting = sink;
            if (waiting == null || !state.compareAndSet(State.WAITING, State.ADMITTED)) {
                return false;
            }
            stopClock();
            turn.loop.execute(waiting::success);
            return true;
        }

        private void lostPatience() {
            line.leave(this);
            refuse();
        }

        private void refuse() {
            MonoSink<Void> waiting = sink;
            if (waiting != null && state.compareAndSet(State.WAITING, State.GONE)) {
                waiting.error(refusal.get());
            }
        }

        void leave() {
            State was = state.getAndSet(State.GONE);
            stopClock();
            if (was == State.ADMITTED) {
                line.giveBack();
            } else if (was == State.WAITING) {
                line.leave(this);
            }
        }

        private void stopClock() {
            ScheduledFuture<?> running = end;
            if (running != null) {
                running.cancel(false);
            }
        }

        private enum State {
            ARRIVED,
            WAITING,
            ADMITTED,
            GONE
        }
    }
}
