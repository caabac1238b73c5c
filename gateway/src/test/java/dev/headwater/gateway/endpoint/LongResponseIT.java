package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.http.Asker;
import dev.headwater.gateway.http.RawConnection;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.redis.RedisOptions;
import dev.headwater.redis.testing.RedisServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A response far larger than the memory of the gateway that streams it, while its reader stops in the middle. For more
 * events or another pause: {@code -Dheadwater.long.events=1000000 -Dheadwater.long.pause=PT1M}.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class LongResponseIT {
    private static final int EVENTS = Integer.getInteger("headwater.long.events", 100_000);
    private static final Duration PAUSE = Duration.parse(System.getProperty("headwater.long.pause", "PT5S"));

    @Test
    void passesThroughAGatewayOf64MegabytesWhoseReaderStops(@TempDir Path directory) throws Exception {
        try (RedisServer redis = RedisServer.started()) {
            RedisEventStore store =
                    TestGateway.connect(RedisOptions.of(redis.uri()).withReadTimeout(Duration.ofSeconds(20)));
            LongRoom.write(store, EVENTS);
            store.close().block(Duration.ofSeconds(30));
            Asker remote = Asker.named("remote.example");
            try (GatewayProcess gateway = GatewayProcess.start(
                    directory.resolve("gateway.log"),
                    List.of("-Xmx64m", "-XX:MaxDirectMemorySize=64m"),
                    SmallGateway.class,
                    redis.uri(),
                    remote.publicKeyBase64(),
                    String.valueOf(EVENTS))) {
                readAll(gateway.address(), remote);
                gateway.endsWell();
            }
        }
    }

    private static void readAll(InetSocketAddress address, Asker remote) throws IOException {
        String target = LongRoom.PATH + "?v=$e" + (EVENTS - 1) + "&limit=" + EVENTS;
        long begun = System.nanoTime();
        try (RawConnection reader = RawConnection.open(address, 16 * 1024)) {
            reader.send(remote.get(target, "hs.example"));
            RawConnection.Body body = reader.openBody();
            assertThat(body.status()).isEqualTo(200);
            assertThat(body.textUpTo('[')).startsWith("{\"origin\":\"hs.example\",");
            for (int i = EVENTS - 1; i >= 0; i--) {
                if (i == EVENTS / 2) {
                    await().pollDelay(PAUSE).atMost(PAUSE.plusMinutes(1)).until(() -> true);
                }
                assertThat(body.text(LongRoom.EVENT_BYTES)).isEqualTo(LongRoom.body(i));
                assertThat(body.text(1)).isEqualTo(i == 0 ? "]" : ",");
            }
            assertThat(body.text(1)).isEqualTo("}");
            assertThat(body.isComplete()).isTrue();
        }
        System.err.printf(
                "%d events, %d MB, in %.1f s without the pause of %s%n",
                EVENTS,
                (long) EVENTS * LongRoom.EVENT_BYTES / 1_000_000,
                (System.nanoTime() - begun - PAUSE.toNanos()) / 1e9,
                PAUSE);
    }
}
