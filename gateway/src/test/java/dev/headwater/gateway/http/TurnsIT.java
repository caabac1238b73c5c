package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestAuthenticator;
import dev.headwater.gateway.auth.RequestKeys;
import dev.headwater.gateway.auth.RoomAccess;
import dev.headwater.gateway.http.RawConnection.Response;
import dev.headwater.gateway.limit.LimitOptions;
import dev.headwater.gateway.limit.TestLimits;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** How long a request counts as being answered: until its reader has taken the whole response, or has gone. */
@Timeout(120)
class TurnsIT {
    private static final String NAME = "hs.example";
    /** More than the kernel takes for a reader that stops. */
    private static final int EVENTS = 2_000;

    private static final Slice EVENT =
            Slice.of(("{\"x\":\"" + "x".repeat(842) + "\"}").getBytes(StandardCharsets.US_ASCII));

    private final Asker greedy = Asker.named("greedy.example");
    private final Asker calm = Asker.named("calm.example");
    private final Asker other = Asker.named("other.example");
    private final LoopResources loops = FederationServer.loops();
    private @Nullable FederationServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop().block(Duration.ofSeconds(30));
        }
        loops.disposeLater().block(Duration.ofSeconds(30));
    }

    /** Streams events, as many as the path says; with a minus the source fails after so many. */
    private record Events() implements Endpoint<Integer> {
        @Override
        public Route route() {
            return Route.of("events", "GET", "/events/{count}", true);
        }

        @Override
        public Integer parse(FederationRequest request) {
            return request.pathId("count", Integer::valueOf);
        }

        @Override
        public @Nullable RoomId room(Integer count) {
            return null;
        }

        @Override
        public Mono<Answer> answer(Integer count, @Nullable ServerName asker) {
            Flux<Slice> events = Flux.range(0, Math.abs(count)).map(i -> EVENT);
            Flux<Slice> source = count > 0
                    ? events
                    : events.concatWith(Flux.error(new StoreUnavailableException("gone", new IOException("gone"))));
            return Mono.just(new Answer.Streamed((allocator, written) ->
                    new JsonStream(new byte[] {'['}, source, new byte[] {']'}, allocator, written)));
        }
    }

    private InetSocketAddress serve(LimitOptions limits, Duration progress) {
        Map<String, Map<String, String>> keys = new HashMap<>();
        for (Asker asker : List.of(greedy, calm, other)) {
            keys.put(asker.name().value(), Map.of(asker.keyId().value(), asker.publicKeyBase64()));
        }
        ServerOptions options = new ServerOptions(
                List.of(ListenAddress.plain(new InetSocketAddress("127.0.0.1", 0))),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                progress,
                Duration.ofSeconds(1),
                16_384,
                limits);
        RequestAuthenticator authenticator = new RequestAuthenticator(
                ServerName.parse(NAME),
                RequestKeys.pinned(PinnedKeys.parse(keys)),
                Ed25519.jdk(),
                Schedulers.immediate());
        FederationServer started = Objects.requireNonNull(FederationServer.start(
                        options,
                        loops,
                        List.of(new Events()),
                        FederationWhitelist.ALL,
                        authenticator,
                        new RoomAccess(new MemoryEventStore()))
                .block(Duration.ofSeconds(30)));
        server = started;
        return started.addresses().get(0);
    }

    private InetSocketAddress serve(LimitOptions limits) {
        return serve(limits, Duration.ofSeconds(60));
    }

    private static RawConnection ask(InetSocketAddress address, Asker asker, int events) throws IOException {
        return RawConnection.open(address, 4_096).send(asker.get("/events/" + events, NAME));
    }

    /** A reader that has seen the head of its response, and takes no more. */
    private static RawConnection slow(InetSocketAddress address, Asker asker) throws IOException {
        RawConnection reader = ask(address, asker, EVENTS);
        assertThat(reader.openBody().status()).isEqualTo(200);
        return reader;
    }

    private static Response whole(InetSocketAddress address, Asker asker, int events) throws IOException {
        try (RawConnection reader = ask(address, asker, events)) {
            return reader.read();
        }
    }

    @Test
    void slowReadersHoldTheirTurnsAndDisturbNobodyElse() throws IOException {
        InetSocketAddress address = serve(TestLimits.turns(2, 0, 100));
        try (RawConnection first = slow(address, greedy);
                RawConnection second = slow(address, greedy)) {
            for (int i = 0; i < 20; i++) {
                Response refused = whole(address, greedy, 1);
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.text()).contains("\"errcode\":\"M_LIMIT_EXCEEDED\"", "\"retry_after_ms\":");
                assertThat(refused.headers().get("Retry-After")).isIn("2", "3", "4");
                Response served = whole(address, calm, EVENTS);
                assertThat(served.status()).isEqualTo(200);
                assertThat(served.complete()).isTrue();
            }
        }
    }

    @Test
    void whoWaitsIsServedWhenAReaderIsDoneOrGone() throws IOException {
        InetSocketAddress address = serve(TestLimits.turns(1, 1, 100));
        try (RawConnection done = ask(address, greedy, EVENTS)) {
            RawConnection.Body body = done.openBody();
            RawConnection waiting = ask(address, greedy, EVENTS);
            assertThat(body.text(EVENTS * (EVENT.length() + 1) + 1)).endsWith("]");
            assertThat(body.isComplete()).isTrue();
            assertThat(waiting.openBody().status()).isEqualTo(200);
            try (RawConnection next = ask(address, greedy, 1)) {
                waiting.close();
                assertThat(next.read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aTurnEndsHoweverAResponseDoes() throws IOException {
        InetSocketAddress address = serve(TestLimits.turns(1, 1, 1), Duration.ofMillis(300));
        for (int i = 0; i < 5; i++) {
            assertThat(whole(address, greedy, 1).status()).isEqualTo(200);
            assertThat(whole(address, greedy, EVENTS).complete()).isTrue();
            assertThat(whole(address, greedy, -EVENTS).complete()).isFalse(); // fails in the middle
            assertThat(whole(address, greedy, -1).status()).isEqualTo(503); // fails before its first byte
            slow(address, greedy).close(); // the reader goes away
            ask(address, greedy, EVENTS).close(); // before it has seen anything
            try (RawConnection stopped = slow(address, greedy)) {
                // It is cut off for taking nothing.
                assertThat(whole(address, greedy, 1).status()).isEqualTo(200);
                assertThat(stopped.readToEnd()).hasSizeLessThan(EVENTS * EVENT.length());
            }
        }
        assertThat(whole(address, calm, EVENTS).complete()).isTrue();
    }

    @Test
    void saysThatItIsOverloadedWhenAllServersTogetherWantTooMuch() throws IOException {
        InetSocketAddress address = serve(TestLimits.turns(5, 5, 2));
        try (RawConnection first = slow(address, greedy);
                RawConnection second = slow(address, other)) {
            Response refused = whole(address, calm, 1);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).contains("\"errcode\":\"M_UNKNOWN\"", "\"retry_after_ms\":");
            assertThat(Integer.parseInt(refused.headers().get("Retry-After"))).isBetween(5, 10);
            try (RawConnection waiting = ask(address, calm, 1)) {
                first.close();
                assertThat(waiting.read().status()).isEqualTo(200);
            }
        }
    }
}
