package dev.headwater.gateway.http;

import static dev.headwater.gateway.http.OddRequests.GOOD;
import static dev.headwater.gateway.http.OddRequests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.limit.LimitOptions;
import dev.headwater.gateway.limit.TestLimits;
import dev.headwater.gateway.tls.TestCertificate;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is refused before it is known whose it is: connections and requests of one address. */
class LimitsIT {
    private @Nullable TestGateway gateway;

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
    }

    private TestGateway gateway(LimitOptions limits, String... proxies) {
        TestGateway started = TestGateway.over(
                        TestGateway.storeWith(new RoomBuilder("!room:hs.example").chain("c", 10)))
                .limits(limits)
                .proxies(proxies)
                .start();
        gateway = started;
        return started;
    }

    private static String good(TestGateway gateway, String... headers) {
        String[] all = new String[headers.length + 1];
        all[0] = "Authorization: " + gateway.remote.authorization(GOOD, TestGateway.NAME);
        System.arraycopy(headers, 0, all, 1, headers.length);
        return get(GOOD, all);
    }

    private static int status(RawConnection connection, String request) throws IOException {
        return connection.send(request).read().status();
    }

    private static boolean isServed(TestGateway gateway) throws IOException {
        try (RawConnection connection = gateway.connect()) {
            return status(connection, good(gateway)) == 200;
        } catch (IOException reset) {
            return false;
        }
    }

    @Test
    void resetsConnectionsBeyondTheLimitAndServesTheOthers() throws IOException {
        TestGateway gateway = gateway(TestLimits.connections(100, 2));
        try (RawConnection first = gateway.connect();
                RawConnection second = gateway.connect()) {
            assertThat(status(first, good(gateway))).isEqualTo(200);
            assertThat(status(second, good(gateway))).isEqualTo(200);
            for (int i = 0; i < 50; i++) {
                try (RawConnection third = gateway.connect()) {
                    assertThat(third.isClosedByServer()).isTrue();
                }
            }
            assertThat(status(first, good(gateway))).isEqualTo(200);
        }
        await().until(() -> isServed(gateway));
    }

    @Test
    void countsAProxysConnectionsAsThoseOfMany() throws IOException {
        TestGateway gateway = gateway(TestLimits.connections(3, 1), "127.0.0.0/8");
        try (RawConnection first = gateway.connect();
                RawConnection second = gateway.connect();
                RawConnection third = gateway.connect();
                RawConnection fourth = gateway.connect()) {
            assertThat(status(first, good(gateway))).isEqualTo(200);
            assertThat(status(second, good(gateway))).isEqualTo(200);
            assertThat(status(third, good(gateway))).isEqualTo(200);
            assertThat(fourth.isClosedByServer()).isTrue();
        }
    }

    @Test
    void refusesTooManyRequestsOfAnAddressBeforeItLooksAtSignatures() throws IOException {
        TestGateway gateway = gateway(TestLimits.rate(1, 3));
        String forged = get(GOOD, "Authorization: " + gateway.remote.authorization(GOOD + "0", TestGateway.NAME));
        try (RawConnection connection = gateway.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(status(connection, forged)).isEqualTo(401);
            }
            Response refused = connection.send(forged).read();
            assertThat(refused.status()).isEqualTo(429);
            JsonNode error = JsonMapper.shared().readTree(refused.body());
            assertThat(error.path("errcode").asString()).isEqualTo("M_LIMIT_EXCEEDED");
            assertThat(error.path("error").asString()).isNotBlank();
            assertThat(error.path("retry_after_ms").asInt()).isBetween(1_000, 1_999);
            assertThat(refused.headers().get("Retry-After")).isIn("1", "2");
            // Who it is makes no difference yet, nor does another connection.
            try (RawConnection other = gateway.connect()) {
                assertThat(status(other, good(gateway))).isEqualTo(429);
            }
            // What never costs anything is told as ever.
            assertThat(status(connection, get("/nothing"))).isEqualTo(404);
            assertThat(status(connection, get(GOOD))).isEqualTo(401);
            // Row 30: the body of what is refused does not disturb what follows.
            assertThat(status(connection, good(gateway, "Content-Length: 9000") + "x".repeat(9_000)))
                    .isEqualTo(429);
            await().until(() -> status(connection, good(gateway)) == 200);
        }
    }

    @Test
    void believesTrustedProxiesAboutTheClient() throws IOException {
        TestGateway gateway = gateway(TestLimits.rate(1, 2), "127.0.0.0/8");
        try (RawConnection proxy = gateway.connect()) {
            String greedy = good(gateway, "X-Forwarded-For: 10.6.6.6, 198.51.100.7");
            assertThat(List.of(status(proxy, greedy), status(proxy, greedy), status(proxy, greedy)))
                    .containsExactly(200, 200, 429);
            // What stands before its address was its own to write.
            assertThat(status(proxy, good(gateway, "X-Forwarded-For: 203.0.113.1, 198.51.100.7")))
                    .isEqualTo(429);
            assertThat(status(proxy, good(gateway, "X-Forwarded-For: 198.51.100.8")))
                    .isEqualTo(200);
            assertThat(status(proxy, good(gateway, "X-Forwarded-For: 198.51.100.7", "X-Forwarded-For: 198.51.100.9")))
                    .isEqualTo(200);
        }
    }

    @Test
    void believesNobodyElse() throws IOException {
        TestGateway gateway = gateway(TestLimits.rate(1, 2), "10.0.0.0/8");
        try (RawConnection connection = gateway.connect()) {
            assertThat(status(connection, good(gateway, "X-Forwarded-For: 198.51.100.7")))
                    .isEqualTo(200);
            assertThat(status(connection, good(gateway, "X-Forwarded-For: 198.51.100.8")))
                    .isEqualTo(200);
            assertThat(status(connection, good(gateway, "X-Forwarded-For: 198.51.100.9")))
                    .isEqualTo(429);
            assertThat(status(connection, good(gateway, "X-Real-IP: 198.51.100.9", "Forwarded: for=198.51.100.9")))
                    .isEqualTo(429);
        }
    }

    private static int statusOnItsOwn(TestGateway gateway, String request) throws IOException {
        try (RawConnection connection = gateway.connect()) {
            return status(connection, request);
        }
    }

    @Test
    void keepsNoMoreRequestBodiesThanThereIsRoomForBeforeItKnowsWhoseTheyAre() throws IOException {
        TestGateway gateway = gateway(TestLimits.bodies(20_000));
        String head = "POST /_matrix/federation/v1/get_missing_events/!room:hs.example HTTP/1.1\r\nHost: hs.example\r\n"
                + "Authorization: " + gateway.remote.authorization(GOOD, TestGateway.NAME) + "\r\n";
        String whole = head + "Content-Length: 10000\r\n\r\n{" + " ".repeat(9_998) + "}";
        try (RawConnection half = gateway.connect()) {
            half.send(head + "Content-Length: 15001\r\n\r\n" + " ".repeat(15_000));
            await().until(() -> statusOnItsOwn(gateway, whole) == 503);
            assertThat(statusOnItsOwn(gateway, good(gateway))).isEqualTo(200);
            assertThat(half.send("x").read().status()).isEqualTo(400);
        }
        // What was held is let go, so that the next one is read, and found badly signed.
        await().until(() -> statusOnItsOwn(gateway, whole) == 401);
        try (RawConnection gone = gateway.connect()) {
            gone.send(head + "Content-Length: 15001\r\n\r\n" + " ".repeat(15_000));
            await().until(() -> statusOnItsOwn(gateway, whole) == 503);
        }
        await().until(() -> statusOnItsOwn(gateway, whole) == 401);
    }

    @Test
    void countsTheStreamsOfAConnectionAsRequestsOfTheirClient(@TempDir Path directory) throws IOException {
        TestGateway secure = TestGateway.over(TestGateway.storeWith(new RoomBuilder("!room:hs.example").chain("c", 10)))
                .limits(TestLimits.rate(1, 2))
                .proxies("127.0.0.0/8")
                .tls(TestCertificate.ec(TestGateway.NAME).in(directory))
                .start();
        gateway = secure;
        String authorization = secure.remote.authorization(GOOD, TestGateway.NAME);
        try (RawHttp2 proxy = RawHttp2.open(secure.address())) {
            List<Integer> statuses = new ArrayList<>();
            for (String client : List.of("198.51.100.7", "198.51.100.7", "203.0.113.1, 198.51.100.7", "198.51.100.8")) {
                int stream = proxy.get(GOOD, "authorization", authorization, "x-forwarded-for", client);
                statuses.add(proxy.read(stream).status());
            }
            assertThat(statuses).containsExactly(200, 200, 429, 200);
        }
    }

    @Test
    void countsNobodyTwiceForBeingUnwelcome() throws IOException {
        TestGateway gateway = gateway(TestLimits.rate(1, 2));
        try (RawConnection connection = gateway.connect()) {
            for (int i = 0; i < 20; i++) {
                assertThat(status(connection, get("/_matrix/federation/v1/nothing", "Authorization: X-Matrix")))
                        .isEqualTo(404);
                assertThat(status(connection, get(GOOD, "Authorization: X-Matrix")))
                        .isEqualTo(400);
            }
            assertThat(status(connection, good(gateway))).isEqualTo(200);
        }
    }
}
