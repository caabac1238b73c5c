package dev.headwater.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.ServerName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

class TurnsTest {
    private static final ServerName GREEDY = ServerName.parse("greedy.example");
    private static final ServerName CALM = ServerName.parse("calm.example");

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        loop.shutdownNow();
    }

    /** A request whose response ends when it is told to. */
    private final class Request {
        private final Turns.Turn turn;
        private final Sinks.Empty<Void> response = Sinks.empty();
        private final Disposable subscription;
        private volatile boolean begun;
        private volatile boolean ended;
        private volatile @Nullable Throwable failure;

        Request(Turns turns, ServerName origin) {
            turn = turns.of(origin, loop);
            subscription = turn.comes()
                    .then(Mono.defer(() -> {
                        begun = true;
                        return response.asMono();
                    }))
                    .doFinally(signal -> turn.leave())
                    .subscribe(none -> {}, e -> failure = e, () -> ended = true);
        }

        void end() {
            response.tryEmitEmpty();
        }

        void fail() {
            response.tryEmitError(new IllegalStateException("the store has gone"));
        }

        void cancel() {
            subscription.dispose();
        }

        boolean isWaiting() {
            return !begun && failure == null;
        }
    }

    private List<Request> requests(int count, Turns turns, ServerName origin) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Request(turns, origin))
                .toList();
    }

    /** Waits until what was given to the loop has been done. */
    private void settle() throws Exception {
        loop.submit(() -> {}).get(30, TimeUnit.SECONDS);
    }

    @Test
    void letsSoManyOfOneServerBeginAndTheOthersWaitInOrder() throws Exception {
        Turns turns = new Turns(TestLimits.turns(2, 3, 100));
        List<Request> all = requests(5, turns, GREEDY);
        assertThat(all).extracting(Request::isWaiting).containsExactly(false, false, true, true, true);
        all.get(1).end();
        settle();
        assertThat(all).extracting(Request::isWaiting).containsExactly(false, false, false, true, true);
        all.get(0).fail();
        all.get(2).cancel();
        settle();
        assertThat(all).noneMatch(Request::isWaiting);
    }

    @Test
    void refusesWhatTooManyWaitBefore() {
        Turns turns = new Turns(TestLimits.turns(1, 2, 100));
        requests(3, turns, GREEDY);
        assertThat(new Request(turns, GREEDY).failure).isInstanceOf(TooManyRequestsException.class);
        assertThat(turns.refusedOfOrigins()).isOne();
    }

    @Test
    void refusesAtOnceIfNobodyMayWait() {
        Turns turns = new Turns(TestLimits.turns(1, 0, 100));
        assertThat(new Request(turns, GREEDY).begun).isTrue();
        assertThat(new Request(turns, GREEDY).failure).isInstanceOf(TooManyRequestsException.class);
    }

    @Test
    void oneServersCrowdDoesNotKeepAnotherWaiting() {
        Turns turns = new Turns(TestLimits.turns(5, 50, 100));
        requests(500, turns, GREEDY);
        assertThat(turns.refusedOfOrigins()).isEqualTo(445);
        for (int i = 0; i < 1_000; i++) {
            Request calm = new Request(turns, CALM);
            assertThat(calm.begun).isTrue();
            calm.end();
        }
    }

    @Test
    void whoGoesAwayMakesRoomInTheLine() throws Exception {
        Turns turns = new Turns(TestLimits.turns(1, 1, 100));
        Request first = new Request(turns, GREEDY);
        for (int i = 0; i < 1_000; i++) {
            new Request(turns, GREEDY).cancel();
        }
        Request next = new Request(turns, GREEDY);
        first.end();
        settle();
        assertThat(next.begun).isTrue();
        next.end();
        assertThat(turns.origins()).isZero();
    }

    @Test
    @Timeout(60)
    void whoWaitsTooLongIsRefused() throws Exception {
        Turns turns = new Turns(TestLimits.turns(1, 10, 100));
        Request first = new Request(turns, GREEDY);
        long begun = System.nanoTime();
        Throwable failure = turns.of(GREEDY, loop)
                .comes()
                .<Throwable>then(Mono.empty())
                .onErrorResume(Mono::just)
                .block();
        assertThat(failure).isInstanceOf(TooManyRequestsException.class);
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(Turns.PATIENCE.toNanos());
        first.end();
        settle();
        assertThat(new Request(turns, GREEDY).begun).isTrue();
    }

    @Test
    @Timeout(60)
    void isOverloadedWhenAllServersTogetherWantTooMuch() throws Exception {
        Turns turns = new Turns(TestLimits.turns(5, 50, 10));
        List<Request> all = IntStream.range(0, 12)
                .mapToObj(i -> new Request(turns, ServerName.parse("s" + i + ".example")))
                .toList();
        assertThat(all.stream().filter(Request::isWaiting)).hasSize(2);
        assertThat(turns.responses()).isEqualTo(10);
        all.get(3).end();
        settle();
        assertThat(all.get(10).begun).isTrue();
        Mono.delay(Turns.PATIENCE.plusMillis(200)).block();
        settle();
        assertThat(all.get(11).failure).isInstanceOf(OverloadedException.class);
        assertThat(turns.refusedForAll()).isOne();
        assertThat(turns.refusedOfOrigins()).isZero();
        all.forEach(Request::end);
        assertThat(turns.responses()).isZero();
        assertThat(turns.origins()).isZero();
    }

    @Test
    @Timeout(120)
    void losesNoRoomInTenThousandInterleavings() throws Exception {
        long seed = Long.getLong("headwater.seed", 20261127);
        System.out.println("losesNoRoomInTenThousandInterleavings: seed " + seed);
        Random random = new Random(seed);
        Turns turns = new Turns(TestLimits.turns(3, 6, 7));
        int mostAtOnce = 0;
        List<Mono<Void>> endings = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            ServerName origin = ServerName.parse("s" + random.nextInt(5) + ".example");
            Request request = new Request(turns, origin);
            int ending = random.nextInt(6);
            Runnable end = ending < 2 ? request::end : ending < 3 ? request::fail : request::cancel;
            endings.add(Mono.<Void>fromRunnable(end).subscribeOn(Schedulers.parallel()));
            if (random.nextInt(3) == 0) {
                // By another thread, twice, and while it begins, fails or waits.
                endings.add(Mono.<Void>fromRunnable(request::cancel).subscribeOn(Schedulers.parallel()));
                endings.add(Mono.<Void>fromRunnable(request.turn::leave).subscribeOn(Schedulers.parallel()));
            }
            if (random.nextInt(8) == 0) {
                mostAtOnce = Math.max(mostAtOnce, turns.responses());
                Mono.when(endings).block(Duration.ofSeconds(30));
                endings.clear();
                settle();
            }
        }
        Mono.when(endings).block(Duration.ofSeconds(30));
        settle();
        // A request that was ended before it began has begun since, and has ended with that.
        settle();
        assertThat(turns.responses()).isZero();
        assertThat(turns.origins()).isZero();
        assertThat(mostAtOnce).isBetween(2, 7);
        List<Request> again = IntStream.range(0, 7)
                .mapToObj(i -> new Request(turns, ServerName.parse("s" + i % 5 + ".example")))
                .toList();
        assertThat(again).noneMatch(Request::isWaiting);
    }
}
