package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.http.RawConnection;
import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.redis.RedisOptions;
import dev.headwater.redis.testing.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Redis is killed with -9 while a response is under way. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class RedisFailureIT {
    private static final int EVENTS = 20_000;
    private static final String ALL = LongRoom.PATH + "?v=$e" + (EVENTS - 1) + "&limit=" + EVENTS;
    private static final String FEW = LongRoom.PATH + "?v=$e" + (EVENTS - 1) + "&limit=3";

    private RedisServer redis;
    private RedisEventStore store;
    private TestGateway gateway;

    @BeforeEach
    void start() {
        redis = RedisServer.started();
        RedisEventStore patient =
                TestGateway.connect(RedisOptions.of(redis.uri()).withReadTimeout(Duration.ofSeconds(20)));
        LongRoom.write(patient, EVENTS);
        patient.close().block(Duration.ofSeconds(30));
        store = TestGateway.connect(RedisOptions.of(redis.uri()));
        gateway = TestGateway.over(store).maxLimit(EVENTS).start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        store.close().block(Duration.ofSeconds(30));
        redis.close();
    }

    @Test
    void neverEndsABodyNeatlyAndAnswersAgainAfterItsReturn() throws IOException {
        try (RawConnection reader = RawConnection.open(gateway.address(), 8_192)) {
            reader.send(gateway.signed(ALL)).skip(200_000);
            redis.kill();
            byte[] rest = reader.readToEnd();
            assertThat(rest.length).isLessThan(EVENTS * LongRoom.EVENT_BYTES - 200_000);
            assertThat(new String(rest, StandardCharsets.ISO_8859_1))
                    .doesNotEndWith("0\r\n\r\n")
                    .doesNotContain("]}");
        }
        Response meanwhile = ask(FEW);
        assertThat(meanwhile.status()).isEqualTo(503);
        assertThat(meanwhile.headers()).containsKey("Retry-After");
        assertThat(meanwhile.text()).contains("\"errcode\":\"M_UNKNOWN\"");

        redis.start();
        long back = System.nanoTime();
        await().atMost(Duration.ofSeconds(30)).until(() -> ask(FEW).status() == 200);
        System.err.printf("Answers again %d ms after Redis%n", (System.nanoTime() - back) / 1_000_000);
        assertThat(ask(FEW).text()).contains(LongRoom.body(EVENTS - 1) + "," + LongRoom.body(EVENTS - 2));
    }

    @Test
    void answersUnavailableWhileRedisIsStoppedAndGoesOnAfterwards() throws IOException {
        assertThat(ask(FEW).status()).isEqualTo(200);
        redis.stop();
        try {
            assertThat(ask(FEW).status()).isEqualTo(503);
        } finally {
            redis.resume();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> ask(FEW).status() == 200);
    }

    private Response ask(String target) throws IOException {
        return gateway.ask(gateway.signed(target));
    }
}
