package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestAuthenticator;
import dev.headwater.gateway.auth.RequestKeys;
import dev.headwater.gateway.auth.RoomAccess;
import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.limit.LimitOptions;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.StoreUnavailableException;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PinnedKeys;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** How a body is streamed, and how it ends when it cannot go on. */
class StreamingIT {
    private static final int EVENT_BYTES = 850;
    private static final Slice EVENT =
            Slice.of(("{\"x\":\"" + "x".repeat(EVENT_BYTES - 8) + "\"}").getBytes(StandardCharsets.US_ASCII));
    private static final String REQUEST = "GET /stream HTTP/1.1\r\nHost: hs.example\r\n\r\n";
    private static final String OLD_REQUEST = "GET /stream HTTP/1.0\r\n\r\n";

    private final AtomicLong drawn = new AtomicLong();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final LoopResources loops = FederationServer.loops();
    private @Nullable FederationServer server;

    @AfterEach
    void dispose() {
        stop();
        loops.disposeLater().block(Duration.ofSeconds(30));
    }

    private void stop() {
        if (server != null) {
            server.stop().block(Duration.ofSeconds(30));
        }
    }

    private InetSocketAddress serve(Flux<Slice> events) {
        return serve(events, Duration.ofSeconds(30), Duration.ofSeconds(10));
    }

    private InetSocketAddress serve(Flux<Slice> events, Duration progress, Duration head) {
        Flux<Slice> counted = events.doOnNext(e -> drawn.incrementAndGet()).doOnCancel(() -> cancelled.set(true));
        ServerOptions options = new ServerOptions(
                List.of(ListenAddress.plain(new InetSocketAddress("127.0.0.1", 0))),
                Duration.ofSeconds(60),
                head,
                progress,
                Duration.ofSeconds(20),
                16_384,
                LimitOptions.unlimited());
        server = FederationServer.start(
                        options,
                        loops,
                        List.of(new Stream(counted)),
                        FederationWhitelist.ALL,
                        new RequestAuthenticator(
                                ServerName.parse("hs.example"),
                                RequestKeys.pinned(PinnedKeys.none()),
                                Ed25519.jdk(),
                                Schedulers.immediate()),
                        new RoomAccess(new MemoryEventStore()))
                .block(Duration.ofSeconds(30));
        if (server == null) {
            throw new IllegalStateException("no server");
        }
        return server.addresses().get(0);
    }

    private record Stream(Flux<Slice> events) implements Endpoint<String> {
        @Override
        public Route route() {
            return Route.of("stream", "GET", "/stream", false);
        }

        @Override
        public String parse(FederationRequest request) {
            return "";
        }

        @Override
        public @Nullable RoomId room(String question) {
            return null;
        }

        @Override
        public Mono<Answer> answer(String question, @Nullable ServerName asker) {
            return Mono.just(new Answer.Streamed((allocator, written) ->
                    new JsonStream(new byte[] {'['}, events, new byte[] {']'}, allocator, written)));
        }
    }

    private static Flux<Slice> many(int count) {
        return Flux.range(0, count).map(i -> EVENT);
    }

    private static Flux<Slice> failingAfter(int count) {
        return many(count).concatWith(Flux.error(new StoreUnavailableException("gone", new IOException("gone"))));
    }

    @Test
    void holdsTheSourceBackWhileTheReaderStops() throws IOException {
        int total = 20_000;
        InetSocketAddress address = serve(many(total));
        try (RawConnection reader = RawConnection.open(address, 4_096)) {
            reader.send(REQUEST).skip(1_000);
            long[] last = new long[1];
            await().pollInterval(Duration.ofMillis(250)).until(() -> {
                long before = last[0];
                last[0] = drawn.get();
                return before == last[0] && before > 0;
            });
            // Two chunks ahead, one in work, what was asked for at first, and what the kernel keeps on both sides.
            assertThat(drawn.get() * EVENT_BYTES).isLessThan(512 * 1024);
            int rest = total * (EVENT_BYTES + 1) - 1_000;
            assertThat(reader.skip(rest)).isEqualTo(rest);
            assertThat(drawn).hasValue(total);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 200, 5_000})
    void endsUnfinishedWhenTheSourceFailsMidway(int events) throws IOException {
        InetSocketAddress address = serve(failingAfter(events));
        try (RawConnection reader = RawConnection.open(address);
                RawConnection old = RawConnection.open(address)) {
            Response response = reader.send(REQUEST).read();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.complete()).isFalse();
            assertThat(response.text()).doesNotEndWith("]");
            assertThat(old.send(OLD_REQUEST).read().complete()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 30})
    void answersWithAnErrorWhenTheSourceFailsBeforeTheFirstChunk(int events) throws IOException {
        InetSocketAddress address = serve(failingAfter(events));
        try (RawConnection reader = RawConnection.open(address)) {
            for (int i = 0; i < 3; i++) {
                Response response = reader.send(REQUEST).read();
                assertThat(response.status()).isEqualTo(503);
                assertThat(response.headers())
                        .containsKey("Retry-After")
                        .containsEntry("content-type", "application/json");
                assertThat(response.text()).contains("\"errcode\":\"M_UNKNOWN\"", "\"retry_after_ms\":");
            }
        }
    }

    @Test
    void answersWithAnErrorToWhatNobodyForesaw() throws IOException {
        InetSocketAddress address = serve(Flux.error(new IllegalStateException("a bug, made for this test")));
        try (RawConnection reader = RawConnection.open(address)) {
            for (int i = 0; i < 2; i++) {
                Response response = reader.send(REQUEST).read();
                assertThat(response.status()).isEqualTo(500);
                assertThat(response.text()).isEqualTo("{\"errcode\":\"M_UNKNOWN\",\"error\":\"internal error\"}");
            }
        }
    }

    @Test
    void stopsTheSourceWhenTheReaderLeaves() throws IOException {
        InetSocketAddress address = serve(many(1_000_000));
        try (RawConnection reader = RawConnection.open(address, 4_096)) {
            reader.send(REQUEST).skip(100_000);
        }
        await().untilTrue(cancelled);
        assertThat(drawn.get()).isLessThan(10_000);
    }

    @Test
    void stopsTheSourceWhenTheReaderLeavesBeforeTheFirstEvent() throws IOException {
        Sinks.Many<Slice> silent = Sinks.many().unicast().onBackpressureBuffer();
        InetSocketAddress address = serve(silent.asFlux());
        try (RawConnection reader = RawConnection.open(address)) {
            reader.send(REQUEST);
            await().until(() -> silent.currentSubscriberCount() == 1);
        }
        await().untilTrue(cancelled);
    }

    @Test
    void abortsAReaderThatTakesNothing() throws IOException {
        InetSocketAddress address = serve(many(1_000_000), Duration.ofMillis(500), Duration.ofSeconds(10));
        try (RawConnection reader = RawConnection.open(address, 4_096)) {
            reader.send(REQUEST).skip(1_000);
            await().untilTrue(cancelled);
            assertThat(reader.readToEnd().length).isLessThan(1_000_000);
        }
    }

    @Test
    void servesHttp10WithoutChunks() throws IOException {
        InetSocketAddress address = serve(many(3));
        try (RawConnection reader = RawConnection.open(address)) {
            Response small = reader.send(OLD_REQUEST).read();
            assertThat(small.headers()).containsEntry("content-length", "" + (3 * (EVENT_BYTES + 1) + 1));
            assertThat(small.complete()).isTrue();
            assertThat(reader.isClosedByServer()).isTrue();
        }
        stop();
        InetSocketAddress again = serve(many(500));
        try (RawConnection reader = RawConnection.open(again)) {
            Response large = reader.send(OLD_REQUEST).read();
            assertThat(large.headers()).doesNotContainKeys("Transfer-Encoding", "Content-Length");
            assertThat(large.body()).hasSize(500 * (EVENT_BYTES + 1) + 1);
            assertThat(large.text()).endsWith("]");
        }
    }

    @Test
    void answersPipelinedRequestsInOrder() throws IOException {
        InetSocketAddress address = serve(many(100));
        String missing = REQUEST.replace("/stream", "/missing");
        try (RawConnection reader = RawConnection.open(address)) {
            reader.send((REQUEST + missing).repeat(50));
            for (int i = 0; i < 50; i++) {
                assertThat(reader.read().body()).hasSize(100 * (EVENT_BYTES + 1) + 1);
                assertThat(reader.read().status()).isEqualTo(404);
            }
        }
    }

    @Test
    void givesUpOnHeadersThatTrickleIn() throws IOException {
        InetSocketAddress address = serve(many(1), Duration.ofSeconds(30), Duration.ofMillis(700));
        try (RawConnection slow = RawConnection.open(address);
                RawConnection other = RawConnection.open(address)) {
            assertThat(other.send(REQUEST).read().status()).isEqualTo(200);
            CompletableFuture<Void> trickle = CompletableFuture.runAsync(() -> {
                try {
                    slow.send("GET /stream HTTP/1.1\r\nX: ");
                    while (true) {
                        slow.send("x");
                        LockSupport.parkNanos(50_000_000);
                    }
                } catch (IOException closed) {
                    return;
                }
            });
            Response response = slow.read();
            assertThat(response.status()).isEqualTo(408);
            assertThat(response.text()).contains("M_UNKNOWN");
            trickle.join();
            assertThat(other.send(REQUEST).read().status()).isEqualTo(200);
        }
    }

    @Test
    void letsResponsesUnderWayEndWhenStopped() throws IOException {
        InetSocketAddress address = serve(many(5_000));
        try (RawConnection reader = RawConnection.open(address, 4_096)) {
            reader.send(REQUEST).skip(1_000);
            FederationServer running = server;
            server = null;
            CompletableFuture<Void> stopped =
                    running == null ? new CompletableFuture<>() : running.stop().toFuture();
            int rest = 5_000 * (EVENT_BYTES + 1) - 1_000;
            assertThat(reader.skip(rest)).isEqualTo(rest);
            stopped.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }
}
