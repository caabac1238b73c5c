package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.tls.TestCertificate;
import dev.headwater.history.CountingStore;
import dev.headwater.history.RoomBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The window of a stream, all the way to the pages of the store. */
class Http2WindowIT {
    private static final int EVENTS = 1_500;
    private static final int EVENTS_A_PAGE = 32;
    private static final int INITIAL_WINDOW_SIZE = 4;

    @Test
    void noPageIsReadWhileItIsShut(@TempDir Path directory) throws IOException {
        RoomBuilder room = new RoomBuilder("!room:hs.example").chain("e", 0);
        for (int i = 1; i <= EVENTS; i++) {
            room.event("e" + i).after("e" + (i - 1)).body("{\"x\":\"" + "x".repeat(800) + "\"}");
        }
        CountingStore store = new CountingStore(TestGateway.storeWith(room));
        String target = "/_matrix/federation/v1/backfill/!room:hs.example?limit=" + EVENTS + "&v=$e" + EVENTS;
        try (TestGateway gateway = TestGateway.over(store)
                        .maxLimit(EVENTS)
                        .tls(TestCertificate.ec("hs.example").in(directory))
                        .start();
                RawHttp2 reader = RawHttp2.open(gateway.address(), 0, INITIAL_WINDOW_SIZE, 1_000)
                        .keepingWindowsShut()) {
            int stream = reader.get(target, "authorization", gateway.remote.authorization(target, TestGateway.NAME));
            assertThat(reader.readBody(stream, 1_000).status()).isEqualTo(200);
            long[] last = new long[1];
            await().pollInterval(Duration.ofMillis(250)).until(() -> {
                long before = last[0];
                last[0] = store.windowPages.get();
                return before == last[0];
            });
            // Two chunks hold some forty events each, and the walk's first window is for 128.
            assertThat(store.windowPages.get()).isPositive().isLessThan(EVENTS / EVENTS_A_PAGE / 3);

            int rest = Integer.MAX_VALUE - 65_535;
            reader.frame(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.int32(rest));
            reader.frame(RawHttp2.WINDOW_UPDATE, 0, stream, RawHttp2.int32(rest));
            RawHttp2.Exchange exchange = reader.read(stream);
            assertThat(exchange.complete()).isTrue();
            assertThat(JsonMapper.shared().readTree(exchange.body()).path("pdus"))
                    .hasSize(EVENTS);
            assertThat(store.windowPages.get()).isGreaterThanOrEqualTo(EVENTS / EVENTS_A_PAGE);
        }
    }
}
