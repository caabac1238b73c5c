package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.StreamServer.many;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.history.StoreUnavailableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** How a body is streamed, and how it ends when it cannot go on. */
class StreamingIT {
    private static final String REQUEST = "GET /stream HTTP/1.1\r\nHost: hs.example\r\n\r\n";
    private static final String OLD_REQUEST = "GET /stream HTTP/1.0\r\n\r\n";

    private @Nullable StreamServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private InetSocketAddress serve(Flux<Slice> events) {
        return serve(StreamServer.of(events));
    }

    private InetSocketAddress serve(StreamServer.Setup setup) {
        server = setup.start();
        return server.address();
    }

    private StreamServer server() {
        return Objects.requireNonNull(server);
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
                last[0] = server().drawn();
                return before == last[0] && before > 0;
            });
            // Two chunks ahead, one in work, what was asked for at first, and what the kernel keeps on both sides.
            assertThat(server().drawn() * StreamServer.EVENT_BYTES).isLessThan(512 * 1024);
            int rest = total * (StreamServer.EVENT_BYTES + 1) - 1_000;
            assertThat(reader.skip(rest)).isEqualTo(rest);
            assertThat(server().drawn()).isEqualTo(total);
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
    @ValueSource(ints = {0, 1, 20})
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
        await().until(() -> server().cancelled() == 1);
        assertThat(server().drawn()).isLessThan(10_000);
    }

    @Test
    void stopsTheSourceWhenTheReaderLeavesBeforeTheFirstEvent() throws IOException {
        Sinks.Many<Slice> silent = Sinks.many().unicast().onBackpressureBuffer();
        InetSocketAddress address = serve(silent.asFlux());
        try (RawConnection reader = RawConnection.open(address)) {
            reader.send(REQUEST);
            await().until(() -> silent.currentSubscriberCount() == 1);
        }
        await().until(() -> server().cancelled() == 1);
    }

    @Test
    void abortsAReaderThatTakesNothing() throws IOException {
        InetSocketAddress address = serve(StreamServer.of(many(1_000_000)).progressTimeout(Duration.ofMillis(500)));
        try (RawConnection reader = RawConnection.open(address, 4_096)) {
            reader.send(REQUEST).skip(1_000);
            await().until(() -> server().cancelled() == 1);
            assertThat(reader.readToEnd().length).isLessThan(1_000_000);
        }
    }

    @Test
    void servesHttp10WithoutChunks() throws IOException {
        InetSocketAddress address = serve(many(3));
        try (RawConnection reader = RawConnection.open(address)) {
            Response small = reader.send(OLD_REQUEST).read();
            assertThat(small.headers()).containsEntry("content-length", "" + (3 * (StreamServer.EVENT_BYTES + 1) + 1));
            assertThat(small.complete()).isTrue();
            assertThat(reader.isClosedByServer()).isTrue();
        }
        stop();
        InetSocketAddress again = serve(many(500));
        try (RawConnection reader = RawConnection.open(again)) {
            Response large = reader.send(OLD_REQUEST).read();
            assertThat(large.headers()).doesNotContainKeys("Transfer-Encoding", "Content-Length");
            assertThat(large.body()).hasSize(500 * (StreamServer.EVENT_BYTES + 1) + 1);
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
                assertThat(reader.read().body()).hasSize(100 * (StreamServer.EVENT_BYTES + 1) + 1);
                assertThat(reader.read().status()).isEqualTo(404);
            }
        }
    }

    @Test
    void givesUpOnHeadersThatTrickleIn() throws IOException {
        InetSocketAddress address = serve(StreamServer.of(many(1)).requestTimeout(Duration.ofMillis(700)));
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
            CompletableFuture<Void> stopped = server().stop();
            int rest = 5_000 * (StreamServer.EVENT_BYTES + 1) - 1_000;
            assertThat(reader.skip(rest)).isEqualTo(rest);
            stopped.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }
}
