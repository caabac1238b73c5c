package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.http.RawConnection.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Connections of HTTP/1.1 that are slow, greedy or broken off, with a calm client beside them that notices nothing. */
class HostileHttp11IT {
    private static final String SMALL = "GET /small HTTP/1.1\r\nHost: hs.example\r\n\r\n";
    private static final String STREAM = "GET /stream HTTP/1.1\r\nHost: hs.example\r\n\r\n";

    private static StreamServer server;

    @BeforeAll
    static void start() {
        server = StreamServer.of(StreamServer.many(1_000_000))
                .requestTimeout(Duration.ofSeconds(1))
                .progressTimeout(Duration.ofSeconds(1))
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** The codec stops there: more would have to be kept until those before them are answered. */
    @Test
    void answersTheFirstOfTenThousandPipelinedRequestsInOrderAndCloses() throws IOException {
        int limit = 128;
        try (CalmClient calm = CalmClient.http11(server.address());
                RawConnection greedy = RawConnection.open(server.address())) {
            greedy.send(SMALL.repeat(10_000));
            String answers = new String(greedy.readToEnd(), StandardCharsets.ISO_8859_1);
            int answered = answers.split("HTTP/1.1 200 OK", -1).length - 1;
            assertThat(answered).isBetween(1, limit);
            assertThat(answers).doesNotContain("HTTP/1.1 5");
            calm.isServed();
        }
    }

    @Test
    void servesAsManyPipelinedRequestsAsAnybodySends() throws IOException {
        try (RawConnection connection = RawConnection.open(server.address())) {
            connection.send(SMALL.repeat(100));
            for (int i = 0; i < 100; i++) {
                assertThat(connection.read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void endsHeadersThatDoNotEndOnManyConnections() throws IOException {
        List<RawConnection> slow = new ArrayList<>();
        try (CalmClient calm = CalmClient.http11(server.address())) {
            for (int i = 0; i < 200; i++) {
                slow.add(RawConnection.open(server.address()).send("GET /small HTTP/1.1\r\nHost: hs.example\r\nX: "));
            }
            for (RawConnection connection : slow) {
                Response response = connection.read();
                assertThat(response.status()).isEqualTo(408);
                assertThat(response.text()).contains("\"errcode\":\"M_UNKNOWN\"");
                assertThat(connection.isClosedByServer()).isTrue();
            }
            calm.isServed();
        } finally {
            for (RawConnection connection : slow) {
                connection.close();
            }
        }
    }

    @Test
    void doesNotWaitForBodiesThatDoNotCome() throws IOException {
        try (CalmClient calm = CalmClient.http11(server.address());
                RawConnection slow = RawConnection.open(server.address())) {
            slow.send("GET /small HTTP/1.1\r\nHost: hs.example\r\nContent-Length: 10\r\n\r\nx");
            Response response = slow.read();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.text()).contains("\"errcode\":\"M_UNKNOWN\"");
            assertThat(slow.isClosedByServer()).isTrue();
            calm.isServed();
        }
    }

    @Test
    void endsReadersThatReadNothing() throws IOException {
        List<RawConnection> slow = new ArrayList<>();
        try (CalmClient calm = CalmClient.http11(server.address())) {
            for (int i = 0; i < 20; i++) {
                slow.add(RawConnection.open(server.address(), 4_096).send(STREAM));
            }
            await().until(() -> server.active() == 20);
            await().until(() -> server.active() == 0);
            calm.isServed();
        } finally {
            for (RawConnection connection : slow) {
                connection.close();
            }
        }
    }

    @Test
    void endsPipelinesOfSmallAnswersThatNobodyReads() throws IOException {
        try (CalmClient calm = CalmClient.http11(server.address());
                RawConnection slow = RawConnection.open(server.address(), 4_096)) {
            for (int i = 0; i < 20; i++) {
                slow.send(SMALL.repeat(100));
            }
            calm.isServed();
            slow.reset();
        }
    }

    @Test
    void stopsWorkForWhoResetsOrEndsItsConnectionMidway() throws IOException {
        try (CalmClient calm = CalmClient.http11(server.address())) {
            for (int i = 0; i < 20; i++) {
                RawConnection reset = RawConnection.open(server.address(), 4_096);
                reset.send(STREAM).skip(10_000);
                reset.reset();
                RawConnection half = RawConnection.open(server.address(), 4_096);
                half.send(STREAM).skip(10_000);
                half.endSending().close();
            }
            await().until(() -> server.active() == 0);
            calm.isServed();
        }
    }

    @Test
    void isNotDisturbedByConnectionsThatBreakOffAnywhere() throws IOException {
        String body =
                "GET /small HTTP/1.1\r\nHost: hs.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        try (CalmClient calm = CalmClient.http11(server.address())) {
            for (int cut = 0; cut < body.length(); cut++) {
                RawConnection connection = RawConnection.open(server.address());
                connection.send(body.substring(0, cut));
                if (cut % 2 == 0) {
                    connection.reset();
                } else {
                    connection.close();
                }
            }
            calm.isServed();
        }
    }
}
