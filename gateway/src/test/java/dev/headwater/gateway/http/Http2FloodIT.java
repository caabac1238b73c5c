package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.RawHttp2.int32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.tls.TestCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Floods of HTTP/2, each ended by the server, with a calm client beside it that notices nothing. */
class Http2FloodIT {
    private static final Duration PROGRESS = Duration.ofSeconds(2);
    private static final Duration HEAD = Duration.ofSeconds(2);

    private static final int AT_ONCE = 20;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int MAX_WINDOW = Integer.MAX_VALUE;

    private static StreamServer server;

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = StreamServer.of(StreamServer.many(100_000))
                .tls(TestCertificate.ec("hs.example").in(directory))
                .progressTimeout(PROGRESS)
                .requestTimeout(HEAD)
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /**
     * @param frames makes the next frames of a flood
     * @param opened whether the flood is about a stream that is open
     * @param orBroken whether the server may also find the protocol broken, since streams that it refuses do not exist
     */
    record Flood(String name, boolean opened, boolean orBroken, Next frames) {
        @Override
        public String toString() {
            return name;
        }
    }

    private interface Next {
        byte[] of(RawHttp2 connection, int stream) throws IOException;
    }

    private static Flood flood(String name, Next frames) {
        return new Flood(name, false, false, frames);
    }

    private static Flood onStream(String name, Next frames) {
        return new Flood(name, true, false, frames);
    }

    private static byte[] request(RawHttp2 connection, int stream, int flags) {
        byte[] block =
                connection.block(":method", "GET", ":scheme", "https", ":path", "/stream", ":authority", "hs.example");
        return RawHttp2.bytesOf(RawHttp2.HEADERS, RawHttp2.END_HEADERS | flags, stream, block);
    }

    private static byte[] both(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }

    /** A request, and behind it a frame that makes the server reset its stream. */
    private static Flood madeYouReset(String name, int type, byte[] payload) {
        return new Flood("made you reset: " + name, false, true, (connection, none) -> {
            int stream = connection.nextStream();
            return both(request(connection, stream, RawHttp2.END_STREAM), RawHttp2.bytesOf(type, 0, stream, payload));
        });
    }

    static Stream<Flood> isToldToCalmDown() {
        return Stream.of(
                flood("rapid reset", (connection, none) -> {
                    int stream = connection.nextStream();
                    return both(
                            request(connection, stream, RawHttp2.END_STREAM),
                            RawHttp2.bytesOf(RawHttp2.RST_STREAM, 0, stream, int32(RawHttp2.CANCEL)));
                }),
                madeYouReset("window opened by nothing", RawHttp2.WINDOW_UPDATE, int32(0)),
                madeYouReset("window opened too far", RawHttp2.WINDOW_UPDATE, int32(MAX_WINDOW)),
                madeYouReset("data after the end", RawHttp2.DATA, new byte[] {1}),
                flood(
                        "requests that are none",
                        (connection, none) -> RawHttp2.bytesOf(
                                RawHttp2.HEADERS,
                                RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
                                connection.nextStream(),
                                connection.block("x", "y"))),
                flood(
                        "empty header blocks",
                        (connection, none) -> RawHttp2.bytesOf(
                                RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, connection.nextStream())),
                flood("settings", (connection, none) -> RawHttp2.bytesOf(RawHttp2.SETTINGS, 0, 0)),
                flood(
                        "settings of windows",
                        (connection, none) -> RawHttp2.bytesOf(
                                RawHttp2.SETTINGS, 0, 0, RawHttp2.settings(INITIAL_WINDOW_SIZE, 1_000))),
                flood("pings", (connection, none) -> RawHttp2.bytesOf(RawHttp2.PING, 0, 0, new byte[8])),
                flood(
                        "answers to no ping",
                        (connection, none) -> RawHttp2.bytesOf(RawHttp2.PING, RawHttp2.ACK, 0, new byte[8])),
                flood(
                        "windows of the connection",
                        (connection, none) -> RawHttp2.bytesOf(RawHttp2.WINDOW_UPDATE, 0, 0, int32(1))),
                onStream(
                        "windows of a stream",
                        (connection, stream) -> RawHttp2.bytesOf(RawHttp2.WINDOW_UPDATE, 0, stream, int32(1))),
                flood(
                        "priorities",
                        (connection, none) -> RawHttp2.bytesOf(
                                RawHttp2.PRIORITY, 0, connection.nextStream(), new byte[] {0, 0, 0, 0, 16})),
                onStream(
                        "priorities of a stream",
                        (connection, stream) ->
                                RawHttp2.bytesOf(RawHttp2.PRIORITY, 0, stream, new byte[] {0, 0, 0, 0, 16})),
                flood("frames of no known type", (connection, none) -> RawHttp2.bytesOf(0x77, 0, 0, new byte[3])),
                onStream("empty data", (connection, stream) -> RawHttp2.bytesOf(RawHttp2.DATA, 0, stream)));
    }

    @ParameterizedTest
    @MethodSource
    void isToldToCalmDown(Flood flood) throws IOException {
        try (CalmClient calm = CalmClient.http2(server.address());
                RawHttp2 connection = RawHttp2.open(server.address(), 0, INITIAL_WINDOW_SIZE, 1_000)
                        .keepingWindowsShut()) {
            CompletableFuture<Void> flooding = CompletableFuture.runAsync(() -> send(connection, flood));
            int reason = connection.readFarewell();
            assertThat(reason)
                    .as(connection.farewellText())
                    .isIn(
                            RawHttp2.ENHANCE_YOUR_CALM,
                            flood.orBroken ? RawHttp2.PROTOCOL_ERROR : RawHttp2.ENHANCE_YOUR_CALM,
                            RawHttp2.RESET); // it goes on sending, so it may not come to read the farewell
            connection.close();
            flooding.join();
            calm.isServed();
        }
        // Nothing goes on for a connection that is gone, and never was there more than its streams and its resets
        // allow.
        await().until(() -> server.active() == 0);
        assertThat(server.mostActive()).isLessThanOrEqualTo(100 + 200 + 1);
    }

    private static void send(RawHttp2 connection, Flood flood) {
        try {
            int stream = flood.opened ? connection.request("GET", "/stream", false) : 0;
            while (true) {
                ByteArrayOutputStream some = new ByteArrayOutputStream();
                for (int i = 0; i < AT_ONCE; i++) {
                    some.writeBytes(flood.frames.of(connection, stream));
                }
                connection.send(some.toByteArray());
            }
        } catch (IOException closed) {
            return;
        }
    }

    /** A header block that does not end, in frames of so many bytes. */
    private static byte[] endlessBlock(int bytes) {
        byte[] one = "\u0000\u0001x\u0001y".getBytes(StandardCharsets.ISO_8859_1);
        byte[] payload = new byte[bytes];
        for (int i = 0; i + one.length <= bytes; i += one.length) {
            System.arraycopy(one, 0, payload, i, one.length);
        }
        return payload;
    }

    @Test
    void endsAHeaderBlockThatDoesNotEnd() throws IOException {
        try (CalmClient calm = CalmClient.http2(server.address())) {
            for (int size : new int[] {0, 5, 1_000, 16_000}) {
                try (RawHttp2 connection = RawHttp2.open(server.address())) {
                    assertThat(connection.read(connection.get("/small")).status())
                            .isEqualTo(200);
                    byte[] payload = endlessBlock(size);
                    int stream = connection.nextStream();
                    CompletableFuture<Void> flooding = CompletableFuture.runAsync(() -> {
                        try {
                            connection.frame(RawHttp2.HEADERS, 0, stream, payload);
                            while (true) {
                                connection.frame(RawHttp2.CONTINUATION, 0, stream, payload);
                            }
                        } catch (IOException closed) {
                            return;
                        }
                    });
                    assertThat(connection.readFarewell())
                            .as("frames of " + size)
                            .isIn(RawHttp2.ENHANCE_YOUR_CALM, RawHttp2.PROTOCOL_ERROR, RawHttp2.RESET);
                    connection.close();
                    flooding.join();
                }
                calm.isServed();
            }
        }
    }

    @Test
    void endsABlockAFrameAndAPrefaceThatTrickleIn() throws IOException {
        byte[] half = {0, 0, 8, RawHttp2.PING, 0, 0, 0, 0, 0, 1, 2};
        try (CalmClient calm = CalmClient.http2(server.address());
                RawHttp2 block = RawHttp2.open(server.address());
                RawHttp2 frame = RawHttp2.open(server.address());
                RawHttp2 preface = RawHttp2.bare(server.address(), 0)) {
            for (RawHttp2 connection : new RawHttp2[] {block, frame}) {
                assertThat(connection.read(connection.get("/small")).status()).isEqualTo(200);
            }
            block.frame(RawHttp2.HEADERS, 0, block.nextStream(), block.block(":method", "GET"));
            frame.send(half);
            preface.send((byte) 'P', (byte) 'R');
            assertThat(block.readFarewell()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
            assertThat(frame.readFarewell()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
            preface.readFarewell();
            calm.isServed();
        }
    }

    @Test
    void doesNotUnpackWhatIsLargeOnlyWhenUnpacked() throws IOException {
        try (CalmClient calm = CalmClient.http2(server.address());
                RawHttp2 connection = RawHttp2.open(server.address())) {
            // One header of 3,000 bytes into the table, and then, a byte each, 10,000 times the same again.
            ByteArrayOutputStream bomb = new ByteArrayOutputStream();
            bomb.writeBytes(connection.block(
                    ":method", "GET", ":scheme", "https", ":path", "/small", ":authority", "hs.example"));
            bomb.write(0x40);
            bomb.write(1);
            bomb.write('x');
            bomb.write(0x7f);
            bomb.write((3_000 - 127) & 0x7f | 0x80);
            bomb.write((3_000 - 127) >> 7);
            bomb.writeBytes("y".repeat(3_000).getBytes(StandardCharsets.US_ASCII));
            byte[] again = new byte[10_000];
            Arrays.fill(again, (byte) (0x80 | 62));
            bomb.writeBytes(again);
            int stream = connection.nextStream();
            connection.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, stream, bomb.toByteArray());
            RawHttp2.Exchange exchange = connection.read(stream);
            assertThat(exchange.status()).isEqualTo(431);
            calm.isServed();
        }
    }

    @Test
    void answersLargeHeadersAndTargetsOnTheirStreamOnly() throws IOException {
        try (RawHttp2 connection = RawHttp2.open(server.address())) {
            RawHttp2.Exchange headers = connection.read(connection.get("/small", "x", "y".repeat(17_000)));
            assertThat(headers.status()).isEqualTo(431);
            assertThat(headers.text()).contains("\"errcode\":\"M_TOO_LARGE\"");
            RawHttp2.Exchange target = connection.read(connection.get("/small?" + "y".repeat(16_384)));
            assertThat(target.status()).isEqualTo(414);
            assertThat(target.text()).contains("\"errcode\":\"M_TOO_LARGE\"");
            assertThat(connection.read(connection.get("/small")).status()).isEqualTo(200);
        }
    }

    @Test
    void endsReadersThatOpenNoWindowOnAllTheirStreams() throws IOException {
        try (CalmClient calm = CalmClient.http2(server.address());
                RawHttp2 connection = RawHttp2.open(server.address(), 0, INITIAL_WINDOW_SIZE, 0)) {
            int[] streams = new int[100];
            for (int i = 0; i < streams.length; i++) {
                streams[i] = connection.get("/stream");
            }
            long before = server.drawn();
            for (int stream : streams) {
                assertThat(connection.read(stream).reset()).isPositive();
            }
            // Two chunks for each, and what was asked for at first.
            assertThat((server.drawn() - before) * StreamServer.EVENT_BYTES).isLessThan(100 * 160 * 1024);
            calm.isServed();
        }
        await().until(() -> server.active() == 0);
    }

    @Test
    void endsAReaderThatReadsNothingAtAll() throws IOException {
        try (CalmClient calm = CalmClient.http2(server.address());
                RawHttp2 connection = RawHttp2.open(server.address(), 4_096, INITIAL_WINDOW_SIZE, MAX_WINDOW)) {
            connection.frame(RawHttp2.WINDOW_UPDATE, 0, 0, int32(MAX_WINDOW - 65_535));
            for (int i = 0; i < 10; i++) {
                connection.get("/stream");
            }
            await().until(() -> server.active() == 10);
            await().atMost(Duration.ofSeconds(30)).until(() -> server.active() == 0);
            calm.isServed();
        }
    }

    @Test
    void refusesMoreStreamsThanItSaidAndServesTheOthers() throws IOException {
        try (RawHttp2 connection = RawHttp2.open(server.address(), 0, INITIAL_WINDOW_SIZE, 0)) {
            int first = connection.get("/stream");
            for (int i = 1; i < 100; i++) {
                connection.get("/stream");
            }
            int tooMany = connection.get("/stream");
            int refusedStream = 7;
            assertThat(connection.read(tooMany).reset()).isEqualTo(refusedStream);
            assertThat(connection.exchange(first).ended()).isFalse();
        }
        await().until(() -> server.active() == 0);
    }
}
