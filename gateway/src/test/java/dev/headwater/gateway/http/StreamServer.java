package dev.headwater.gateway.http;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestAuthenticator;
import dev.headwater.gateway.auth.RequestKeys;
import dev.headwater.gateway.auth.RoomAccess;
import dev.headwater.gateway.limit.LimitOptions;
import dev.headwater.gateway.limit.Proxies;
import dev.headwater.gateway.tls.TlsFiles;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PinnedKeys;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** A server that answers {@code /stream} with a made-up stream of events and counts them, and {@code /small} at once. */
final class StreamServer implements AutoCloseable {
    static final int EVENT_BYTES = 850;

    private static final Slice EVENT =
            Slice.of(("{\"x\":\"" + "x".repeat(EVENT_BYTES - 8) + "\"}").getBytes(StandardCharsets.US_ASCII));
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final AtomicLong drawn = new AtomicLong();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger mostActive = new AtomicInteger();
    private final LoopResources loops = FederationServer.loops();
    private final FederationServer server;

    private StreamServer(Setup setup) {
        Flux<Slice> counted = setup.events
                .doOnNext(e -> drawn.incrementAndGet())
                .doOnSubscribe(s -> mostActive.accumulateAndGet(active.incrementAndGet(), Math::max))
                .doOnCancel(cancelled::incrementAndGet)
                .doFinally(signal -> active.decrementAndGet());
        ServerOptions options = new ServerOptions(
                List.of(new ListenAddress(new InetSocketAddress("127.0.0.1", 0), Proxies.NONE, setup.tls)),
                setup.idleTimeout,
                setup.requestTimeout,
                setup.progressTimeout,
                Duration.ofSeconds(20),
                16_384,
                LimitOptions.unlimited());
        RequestAuthenticator authenticator = new RequestAuthenticator(
                ServerName.parse("hs.example"),
                RequestKeys.pinned(PinnedKeys.none()),
                Ed25519.jdk(),
                Schedulers.immediate());
        Answer streamed = new Answer.Streamed((allocator, written) ->
                new JsonStream(new byte[] {'['}, counted, new byte[] {']'}, allocator, written));
        List<Endpoint<?>> endpoints = List.of(
                new Fixed("stream", "/stream", streamed),
                new Fixed("small", "/small", new Answer.Whole("{}".getBytes(StandardCharsets.US_ASCII))));
        server = Objects.requireNonNull(FederationServer.start(
                        options,
                        loops,
                        endpoints,
                        FederationWhitelist.ALL,
                        authenticator,
                        new RoomAccess(new MemoryEventStore()))
                .block(PATIENCE));
    }

    static Setup of(Flux<Slice> events) {
        return new Setup(events);
    }

    static Flux<Slice> many(int count) {
        return Flux.range(0, count).map(i -> EVENT);
    }

    /** The length of a whole body of so many events. */
    static int bytesOf(int events) {
        return events * (EVENT_BYTES + 1) + 1;
    }

    InetSocketAddress address() {
        return server.addresses().get(0);
    }

    /** How many events were taken from all streams so far. */
    long drawn() {
        return drawn.get();
    }

    /** How many streams were cancelled. */
    int cancelled() {
        return cancelled.get();
    }

    /** How many streams are under way. */
    int active() {
        return active.get();
    }

    int mostActive() {
        return mostActive.get();
    }

    CompletableFuture<Void> stop() {
        return server.stop().toFuture();
    }

    @Override
    public void close() {
        server.stop().block(PATIENCE);
        loops.disposeLater(Duration.ZERO, PATIENCE).block(PATIENCE);
    }

    private record Fixed(String name, String path, Answer answer) implements Endpoint<String> {
        @Override
        public Route route() {
            return Route.of(name, "GET", path, false);
        }

        @Override
        public String parse(FederationRequest request) {
            return "";
        }

        @Override
        public @Nullable RoomId room(String question) {
            return null;
        }

        @Override
        public Mono<Answer> answer(String question, @Nullable ServerName asker) {
            return Mono.just(answer);
        }
    }

    /** What is not the default. */
    static final class Setup {
        private final Flux<Slice> events;
        private Duration idleTimeout = Duration.ofSeconds(60);
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration progressTimeout = Duration.ofSeconds(30);
        private @Nullable TlsFiles tls;

        private Setup(Flux<Slice> events) {
            this.events = events;
        }

        Setup idleTimeout(Duration value) {
            idleTimeout = value;
            return this;
        }

        Setup requestTimeout(Duration value) {
            requestTimeout = value;
            return this;
        }

        Setup progressTimeout(Duration value) {
            progressTimeout = value;
            return this;
        }

        Setup tls(TlsFiles files) {
            tls = files;
            return this;
        }

        StreamServer start() {
            return new StreamServer(this);
        }
    }
}
