package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.StreamServer.bytesOf;
import static dev.headwater.gateway.http.StreamServer.many;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.tls.TestCertificate;
import dev.headwater.gateway.tls.TlsFiles;
import dev.headwater.history.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** How a body is streamed on one of many streams of a connection, and how it ends when it cannot go on. */
class Http2StreamingIT {
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int INTERNAL_ERROR = 2;

    private static TlsFiles files;

    @BeforeAll
    static void certify(@TempDir Path directory) {
        files = TestCertificate.ec("hs.example").in(directory);
    }

    private static StreamServer.Setup serving(Flux<Slice> events) {
        return StreamServer.of(events).tls(files);
    }

    @Test
    void holdsTheSourceBackWhileTheWindowOfTheStreamIsShut() throws IOException {
        int total = 20_000;
        try (StreamServer server = serving(many(total)).start();
                RawHttp2 reader = RawHttp2.open(server.address(), 0, INITIAL_WINDOW_SIZE, 1_000)
                        .keepingWindowsShut()) {
            int stopped = reader.get("/stream");
            reader.readBody(stopped, 1_000);
            // The connection itself goes on, and so do its other streams.
            for (int i = 0; i < 3; i++) {
                assertThat(reader.read(reader.get("/small")).status()).isEqualTo(200);
            }
            long[] last = new long[1];
            await().pollInterval(Duration.ofMillis(250)).until(() -> {
                long before = last[0];
                last[0] = server.drawn();
                return before == last[0] && before > 0;
            });
            // Two chunks ahead, and what was asked for at first: no more than of a reader of HTTP/1.1.
            assertThat(server.drawn() * StreamServer.EVENT_BYTES).isLessThan(160 * 1024);

            int rest = bytesOf(total);
            reader.frame(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.int32(rest));
            reader.frame(RawHttp2.WINDOW_UPDATE, 0, stopped, RawHttp2.int32(rest));
            RawHttp2.Exchange exchange = reader.read(stopped);
            assertThat(exchange.complete()).isTrue();
            assertThat(exchange.body()).hasSize(rest);
            assertThat(server.drawn()).isEqualTo(total);
        }
    }

    @Test
    void servesManyStreamsOfAConnectionAtOnce() throws IOException {
        int events = 300;
        try (StreamServer server = serving(many(events)).start();
                RawHttp2 reader = RawHttp2.open(server.address())) {
            int[] streams = new int[50];
            for (int i = 0; i < streams.length; i++) {
                streams[i] = reader.get("/stream");
            }
            for (int stream : streams) {
                assertThat(reader.read(stream).body()).hasSize(bytesOf(events));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 200, 5_000})
    void resetsItsStreamAndNoOtherWhenTheSourceFailsMidway(int events) throws IOException {
        AtomicInteger asked = new AtomicInteger();
        Flux<Slice> first =
                many(events).concatWith(Flux.error(new StoreUnavailableException("gone", new IOException())));
        Flux<Slice> source = Flux.defer(() -> asked.getAndIncrement() == 1 ? first : many(events));
        try (StreamServer server = serving(source).start();
                RawHttp2 reader = RawHttp2.open(server.address())) {
            int before = reader.get("/stream");
            reader.readBody(before, 1_000);
            int failing = reader.get("/stream");
            int after = reader.get("/stream");

            RawHttp2.Exchange failed = reader.read(failing);
            assertThat(failed.status()).isEqualTo(200);
            assertThat(failed.reset()).isEqualTo(INTERNAL_ERROR);
            assertThat(failed.text()).doesNotEndWith("]");
            for (int stream : new int[] {before, after}) {
                assertThat(reader.read(stream).complete()).isTrue();
                assertThat(reader.read(stream).body()).hasSize(bytesOf(events));
            }
        }
    }

    @Test
    void answersWithAnErrorWhenTheSourceFailsBeforeTheFirstChunk() throws IOException {
        Flux<Slice> failing = many(1).concatWith(Flux.error(new StoreUnavailableException("gone", new IOException())));
        try (StreamServer server = serving(failing).start();
                RawHttp2 reader = RawHttp2.open(server.address())) {
            for (int i = 0; i < 3; i++) {
                RawHttp2.Exchange exchange = reader.read(reader.get("/stream"));
                assertThat(exchange.status()).isEqualTo(503);
                assertThat(exchange.headers()).containsKey("retry-after");
                assertThat(exchange.text()).contains("\"errcode\":\"M_UNKNOWN\"", "\"retry_after_ms\":");
            }
        }
    }

    @Test
    void stopsTheSourceWhenTheStreamIsCancelled() throws IOException {
        try (StreamServer server = serving(many(1_000_000)).start();
                RawHttp2 reader = RawHttp2.open(server.address())) {
            int stream = reader.get("/stream");
            reader.readBody(stream, 100_000);
            reader.frame(RawHttp2.RST_STREAM, 0, stream, RawHttp2.int32(RawHttp2.CANCEL));
            assertThat(reader.read(reader.get("/small")).status()).isEqualTo(200);
            await().until(() -> server.cancelled() == 1 && server.active() == 0);
            assertThat(server.drawn()).isLessThan(10_000);
        }
    }

    @Test
    void stopsAllSourcesWhenTheReaderLeaves() throws IOException {
        try (StreamServer server = serving(many(1_000_000)).start()) {
            try (RawHttp2 reader = RawHttp2.open(server.address())) {
                for (int i = 0; i < 10; i++) {
                    reader.readBody(reader.get("/stream"), 10_000);
                }
            }
            await().until(() -> server.cancelled() == 10 && server.active() == 0);
        }
    }

    @Test
    void resetsAStreamThatMakesNoProgressAndNoOther() throws IOException {
        try (StreamServer server = serving(many(1_000))
                        .progressTimeout(Duration.ofMillis(500))
                        .start();
                RawHttp2 reader = RawHttp2.open(server.address(), 0, INITIAL_WINDOW_SIZE, 1_000)
                        .keepingWindowsShut()) {
            int stopped = reader.get("/stream");
            RawHttp2.Exchange exchange = reader.read(stopped);
            assertThat(exchange.reset()).isEqualTo(INTERNAL_ERROR);
            await().until(() -> server.cancelled() == 1);
            assertThat(reader.read(reader.get("/small")).status()).isEqualTo(200);
        }
    }

    @Test
    void resetsAStreamThatDoesNotEvenTakeASmallAnswer() throws IOException {
        try (StreamServer server =
                        serving(many(1)).progressTimeout(Duration.ofMillis(300)).start();
                RawHttp2 reader = RawHttp2.open(server.address(), 0, INITIAL_WINDOW_SIZE, 0)) {
            int[] streams = new int[20];
            for (int i = 0; i < streams.length; i++) {
                streams[i] = reader.get("/small");
            }
            for (int stream : streams) {
                assertThat(reader.read(stream).reset()).isEqualTo(INTERNAL_ERROR);
            }
        }
    }

    @Test
    void letsStreamsUnderWayEndWhenStopped() throws IOException {
        try (StreamServer server = serving(many(2_000)).start();
                RawHttp2 reader = RawHttp2.open(server.address())) {
            int stream = reader.get("/stream");
            reader.readBody(stream, 1_000);
            CompletableFuture<Void> stopped = server.stop();
            assertThat(reader.read(stream).body()).hasSize(bytesOf(2_000));
            reader.readFarewell();
            stopped.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void closesAConnectionWithoutRequests() throws IOException {
        try (StreamServer server =
                        serving(many(1)).idleTimeout(Duration.ofMillis(300)).start();
                RawHttp2 silent = RawHttp2.bare(server.address(), 0);
                RawHttp2 idle = RawHttp2.open(server.address())) {
            assertThat(idle.read(idle.get("/small")).status()).isEqualTo(200);
            assertThat(idle.readFarewell()).isEqualTo(RawHttp2.NO_ERROR);
            silent.readFarewell();
        }
    }
}
