package dev.headwater.history;

import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** A walk as a publisher: demand, cancellation, completion and errors. */
final class BackfillWalkSignalsTest extends WalkedRoom {
    private static final UserId SENDER = UserId.parse("@u:a.test");

    @Test
    void completesWithItsLastEventWithoutBeingAskedForMore() {
        write(room.chain("e", 40).events());
        StepVerifier.create(walk(3, "e40"), 3).expectNextCount(3).verifyComplete();
        StepVerifier.create(walk(100, "e40"), 41).expectNextCount(41).verifyComplete();
    }

    @Test
    void walksManyEventsOfASynchronousStoreWithoutDeepStacks() {
        int size = 200_000;
        List<NewEvent> part = new ArrayList<>();
        byte[] body = {'{', '}'};
        for (int i = 0; i < size; i++) {
            List<EventId> parents = i == 0 ? List.of() : List.of(id(Integer.toString(i - 1)));
            part.add(new NewEvent(
                    id(Integer.toString(i)), SENDER, i, 0, EventKind.ORDINARY, false, null, null, parents, body));
            if (part.size() == 10_000) {
                write(part);
                part.clear();
            }
        }
        String start = Integer.toString(size - 1);
        assertThat(walk(1_000_000, start).count().block()).isEqualTo(size);
        AtomicInteger oneByOne = new AtomicInteger();
        walk(1_000_000, start).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(WalkedEvent event) {
                oneByOne.incrementAndGet();
                request(1);
            }
        });
        assertThat(oneByOne).hasValue(size);
    }

    @Test
    void sendsNothingAfterItWasCancelled() {
        write(room.chain("e", 300).events());
        AtomicBoolean cancelled = new AtomicBoolean();
        Sinks.One<Pages> never = Sinks.one();
        EventStore hanging = new CountingStore(store) {
            @Override
            public Mono<Pages> window(RoomId asked, Collection<PageId> pages) {
                return super.window(asked, pages).then(never.asMono()).doOnCancel(() -> cancelled.set(true));
            }
        };
        StepVerifier.create(walk(hanging, 300, ALL, "e300"))
                .expectSubscription()
                .then(() -> assertThat(store.windows).hasValue(1))
                .thenCancel()
                .verify();
        assertThat(cancelled).isTrue();
        assertThat(store.reads()).isEqualTo(2);
        List<WalkedEvent> some = Awaited.value(walk(300, "e300").take(3).collectList());
        assertThat(some).hasSize(3);
        assertThat(store.reads()).isEqualTo(4);
    }

    @Test
    void failsAsTheStoreFails() {
        write(room.chain("e", 300).events());
        EventStore failing = new CountingStore(store) {
            @Override
            public Mono<Pages> window(RoomId asked, Collection<PageId> pages) {
                return windows.get() < 1
                        ? super.window(asked, pages)
                        : Mono.error(new StoreUnavailableException("down", new IllegalStateException()));
            }
        };
        StepVerifier.create(walk(failing, 300, ALL, "e300"))
                .expectNextCount(100)
                .thenConsumeWhile(event -> true)
                .verifyError(StoreUnavailableException.class);
    }

    @Test
    void refusesADemandOfNothing() {
        write(room.chain("e", 3).events());
        Flux<WalkedEvent> walk = walk(3, "e3");
        AtomicBoolean refused = new AtomicBoolean();
        walk.subscribe(new reactor.core.CoreSubscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscription.request(0);
            }

            @Override
            public void onNext(WalkedEvent event) {}

            @Override
            public void onError(Throwable thrown) {
                refused.set(thrown instanceof IllegalArgumentException);
            }

            @Override
            public void onComplete() {}
        });
        assertThat(refused).isTrue();
    }

    @Test
    void keepsCountOfDemandFromManyThreads() {
        write(room.chain("e", 3_000).events());
        EventStore elsewhere = new CountingStore(memory) {
            @Override
            public Mono<Pages> window(RoomId asked, Collection<PageId> pages) {
                return super.window(asked, pages).publishOn(Schedulers.parallel());
            }
        };
        AtomicInteger inside = new AtomicInteger();
        AtomicBoolean overlapped = new AtomicBoolean();
        Set<EventId> seen = new HashSet<>();
        AtomicInteger count = new AtomicInteger();
        BaseSubscriber<WalkedEvent> reader = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}

            @Override
            protected void hookOnNext(WalkedEvent event) {
                overlapped.compareAndSet(false, inside.getAndIncrement() != 0);
                seen.add(event.id());
                count.incrementAndGet();
                inside.decrementAndGet();
            }
        };
        walk(elsewhere, 3_000, ALL, "e3000").subscribe(reader);
        CompletableFuture<Void> go = new CompletableFuture<>();
        for (int i = 0; i < 4; i++) {
            new Thread(() -> {
                        go.join();
                        for (int j = 0; j < 500; j++) {
                            reader.request(1);
                        }
                    })
                    .start();
        }
        go.complete(null);
        Awaitility.await().untilAsserted(() -> assertThat(count).hasValue(2_000));
        reader.cancel();
        assertThat(overlapped).isFalse();
        assertThat(seen).hasSize(2_000);
    }

    @Test
    void sendsEachErrorOnceAndNothingAfterIt() {
        write(room.chain("e", 3).events());
        Flux<WalkedEvent> walk = walk(
                store,
                10,
                side -> {
                    throw new IllegalStateException("no sight");
                },
                "e3");
        StepVerifier.create(walk).verifyErrorMessage("no sight");
    }
}
