package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A client that asks for {@code /small} on one connection, again and again, while others misbehave. */
final class CalmClient implements AutoCloseable {
    private static final long PAUSE_NANOS = 2_000_000;

    private final AtomicInteger served = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean stopped;

    private CalmClient(Asking asking) {
        thread = new Thread(() -> run(asking), "calm-client");
        thread.setDaemon(true);
        thread.start();
        isServed();
    }

    static CalmClient http2(InetSocketAddress address) throws IOException {
        RawHttp2 connection = RawHttp2.open(address);
        return new CalmClient(
                new Asking(() -> connection.read(connection.get("/small")).status(), connection));
    }

    static CalmClient http11(InetSocketAddress address) throws IOException {
        RawConnection connection = RawConnection.open(address);
        return new CalmClient(new Asking(
                () -> connection
                        .send("GET /small HTTP/1.1\r\nHost: hs.example\r\n\r\n")
                        .read()
                        .status(),
                connection));
    }

    private void run(Asking asking) {
        try (AutoCloseable connection = asking.connection) {
            while (!stopped) {
                assertThat(asking.ask.status()).isEqualTo(200);
                served.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (Exception | AssertionError e) {
            failure.set(e);
        }
    }

    /** Fails unless it was served all the time, and still is. */
    void isServed() {
        int before = served.get();
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> served.get() >= before + 3 || failure.get() != null);
        assertThat(failure.get()).isNull();
    }

    @Override
    public void close() {
        isServed();
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(failure.get()).isNull();
    }

    private record Asking(Ask ask, AutoCloseable connection) {}

    private interface Ask {
        int status() throws IOException;
    }
}
