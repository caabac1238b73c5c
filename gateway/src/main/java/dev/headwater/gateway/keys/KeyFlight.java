package dev.headwater.gateway.keys;

import dev.headwater.gateway.keys.KeySources.Found;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.sign.KeyDocument;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * One fetch of one server's keys, shared by all who wait for one of them.
 *
 * <p>It ends with the server's own answer, or with a notary's that has all that is wanted, or when nobody is left to
 * answer, and in any case after {@link #LIMIT}. Who waits may go; the flight goes on, since what it brings is of use, and
 * since who comes and goes could start one after the other otherwise.
 */
final class KeyFlight implements Runnable {
    /** From when it was wanted, waiting for its turn included. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    /** For its turn. What has begun is given half of the time at least, lest its server be blamed for the others. */
    static final Duration LONGEST_WAIT = LIMIT.dividedBy(2);

    /** Of one server at once. Beyond, notaries cannot satisfy it, and the server's own answer is waited for. */
    private static final int MAX_WANTED = 16;

    private final ServerName server;
    private final boolean renewal;
    private final KeySources sources;
    private final FetchTurns turns;
    private final Clock clock;
    private final Consumer<Found> taken;
    private final Consumer<KeyFlight> ended;

    private final AtomicBoolean begun = new AtomicBoolean();
    private final Set<KeyId> wanted = ConcurrentHashMap.newKeySet();
    // As many as there are sources, at most.
    private final Sinks.Many<KeyDocument> documents = Sinks.many().replay().all();
    private final Sinks.Empty<Void> late = Sinks.empty();
    private final Disposable.Composite underWay = Disposables.composite();
    private volatile End end = End.NONE;

    /** How it came out. */
    enum End {
        /** Not yet. */
        NONE,
        /** All that could answer was asked, or the server itself has answered. */
        WHOLE,
        /** A notary had what was wanted; the server itself has not been heard. */
        CUT_SHORT,
        /** There was no room for it: it says nothing about the server. */
        NO_ROOM
    }

    /**
     * @param renewal of keys that still serve: only what the server itself says is of interest
     * @param taken told of every document, before those who wait are
     * @param ended told of the end, before those who wait are
     */
    KeyFlight(
            ServerName server,
            boolean renewal,
            KeySources sources,
            FetchTurns turns,
            Clock clock,
            Consumer<Found> taken,
            Consumer<KeyFlight> ended) {
        this.server = server;
        this.renewal = renewal;
        this.sources = sources;
        this.turns = turns;
        this.clock = clock;
        this.taken = taken;
        this.ended = ended;
    }

    ServerName server() {
        return server;
    }

    End end() {
        return end;
    }

    /** Every good document, from the first one on; ends with the flight. */
    Flux<KeyDocument> documents() {
        return documents.asFlux();
    }

    void want(KeyId id) {
        if (wanted.size() <= MAX_WANTED) {
            wanted.add(id);
        }
    }

    /** Starts it if it has not been started. */
    void begin(Scheduler timer) {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        underWay.add(timer.schedule(this::giveUp, LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS));
        underWay.add(timer.schedule(late::tryEmitEmpty, LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        if (sources.isNotary(server)) {
            // Others that have a turn wait for it.
            fetch(() -> {});
        } else if (!turns.enter(this)) {
            noRoom();
        }
    }

    /** Its turn has come. */
    @Override
    public void run() {
        fetch(turns::leave);
    }

    private void fetch(Runnable afterwards) {
        underWay.add(sources.of(server, Set.copyOf(wanted))
                .takeUntilOther(late.asMono())
                .takeUntil(this::take)
                .doFinally(signal -> afterwards.run())
                .subscribe(found -> {}, failure -> noRoom(), () -> end(end == End.NONE ? End.WHOLE : end)));
    }

    /** Whether it is enough. */
    private boolean take(Found found) {
        taken.accept(found);
        documents.tryEmitNext(found.document());
        if (!found.own() && !renewal && hasAllThatIsWanted(found.document())) {
            end = End.CUT_SHORT;
            return true;
        }
        return found.own();
    }

    private boolean hasAllThatIsWanted(KeyDocument document) {
        long now = clock.millis();
        return wanted.size() <= MAX_WANTED && wanted.stream().allMatch(id -> document.forRequest(id, now) != null);
    }

    private void giveUp() {
        if (turns.giveUp(this)) {
            noRoom();
        }
    }

    private void noRoom() {
        end(End.NO_ROOM);
    }

    private void end(End how) {
        end = how;
        underWay.dispose();
        ended.accept(this);
        if (how == End.NO_ROOM) {
            documents.tryEmitError(new RejectedExecutionException("too many keys are being fetched"));
        } else {
            documents.tryEmitComplete();
        }
    }

    /** Ends what is under way, and tells nobody. */
    void dispose() {
        turns.giveUp(this);
        underWay.dispose();
    }
}
