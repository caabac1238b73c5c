package dev.headwater.gateway.http;

import dev.headwater.gateway.Gateway;
import dev.headwater.gateway.GatewayOptions;
import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.auth.RequestKeys;
import dev.headwater.gateway.discovery.AddressRange;
import dev.headwater.gateway.limit.LimitOptions;
import dev.headwater.gateway.limit.Proxies;
import dev.headwater.gateway.tls.TlsFiles;
import dev.headwater.history.EventStore;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomAdmission;
import dev.headwater.history.RoomBuilder;
import dev.headwater.history.RoomWriter;
import dev.headwater.id.ServerName;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.redis.RedisOptions;
import dev.headwater.sign.PinnedKeys;
import dev.headwater.sign.SigningKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A gateway of {@code hs.example} on a free port of 127.0.0.1, and the servers that it knows the keys of. */
public final class TestGateway implements AutoCloseable {
    public static final String NAME = "hs.example";

    /** In every room of these tests unless they say otherwise. */
    public final Asker remote;

    private final Gateway gateway;

    private TestGateway(Asker remote, Gateway gateway) {
        this.remote = remote;
        this.gateway = gateway;
    }

    public static Setup over(EventStore store) {
        return new Setup(store);
    }

    public InetSocketAddress address() {
        return gateway.addresses().get(0);
    }

    List<String> urls() {
        return gateway.urls();
    }

    public RawConnection connect() throws IOException {
        return RawConnection.open(address());
    }

    /** Its answer to a request, on a connection of its own. */
    public RawConnection.Response ask(String request) throws IOException {
        try (RawConnection connection = connect()) {
            return connection.send(request).read();
        }
    }

    /** A request that {@link #remote} has signed. */
    public String signed(String target) {
        return remote.get(target, NAME);
    }

    @Override
    public void close() {
        gateway.stop().block(Duration.ofSeconds(30));
    }

    /** Writes a room with the given servers in it. */
    public static void store(EventStore store, RoomBuilder room, List<String> acls, String... joined) {
        new RoomWriter(store)
                .write(room.room(), RoomBuilder.VERSION, room.events())
                .then(store.admit(
                        room.room(),
                        new RoomAdmission(
                                Stream.of(joined).map(ServerName::parse).collect(Collectors.toSet()), acls)))
                .block(Duration.ofSeconds(30));
    }

    public static RedisEventStore connect(RedisOptions options) {
        return Objects.requireNonNull(RedisEventStore.connect(options).block(Duration.ofSeconds(30)));
    }

    public static MemoryEventStore storeWith(RoomBuilder room) {
        MemoryEventStore store = new MemoryEventStore();
        store(store, room, List.of(), "remote.example");
        return store;
    }

    /** What is not the default. */
    public static final class Setup {
        private final EventStore store;
        private final Map<String, Map<String, String>> keys = new HashMap<>();
        private final Asker remote = Asker.named("remote.example");
        private @Nullable SigningKey signingKey;
        private ServerName name = ServerName.parse(NAME);
        private Function<PinnedKeys, RequestKeys> requestKeys = RequestKeys::pinned;
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration progressTimeout = Duration.ofSeconds(30);
        private int maxLimit = 500;
        private boolean honoursMinDepth;
        private LimitOptions limits = LimitOptions.unlimited();
        private Proxies proxies = Proxies.NONE;
        private FederationWhitelist whitelist = FederationWhitelist.ALL;
        private @Nullable TlsFiles tls;

        private Setup(EventStore store) {
            this.store = store;
            knowing(remote);
        }

        public Setup knowing(Asker asker) {
            return knowing(asker.name().value(), asker.keyId().value(), asker.publicKeyBase64());
        }

        public Setup knowing(String server, String keyId, String base64) {
            keys.computeIfAbsent(server, name -> new HashMap<>()).put(keyId, base64);
            return this;
        }

        /** In place of {@link #NAME}. */
        public Setup named(ServerName value) {
            name = value;
            return this;
        }

        /** What is made of those that are pinned. */
        public Setup keys(Function<PinnedKeys, RequestKeys> value) {
            requestKeys = value;
            return this;
        }

        public Setup signingKey(SigningKey key) {
            signingKey = key;
            return this;
        }

        public Setup requestTimeout(Duration value) {
            requestTimeout = value;
            return this;
        }

        public Setup progressTimeout(Duration value) {
            progressTimeout = value;
            return this;
        }

        public Setup maxLimit(int value) {
            maxLimit = value;
            return this;
        }

        public Setup honouringMinDepth() {
            honoursMinDepth = true;
            return this;
        }

        public Setup limits(LimitOptions value) {
            limits = value;
            return this;
        }

        /** Whose {@code X-Forwarded-For} is believed. */
        public Setup proxies(String... networks) {
            proxies = new Proxies(Stream.of(networks).map(AddressRange::parse).toList());
            return this;
        }

        public Setup whitelist(String... servers) {
            whitelist = new FederationWhitelist(
                    Stream.of(servers).map(ServerName::parse).collect(Collectors.toSet()));
            return this;
        }

        public Setup tls(TlsFiles files) {
            tls = files;
            return this;
        }

        public TestGateway start() {
            ServerOptions http = new ServerOptions(
                    List.of(new ListenAddress(new InetSocketAddress("127.0.0.1", 0), proxies, tls)),
                    Duration.ofSeconds(60),
                    requestTimeout,
                    progressTimeout,
                    Duration.ofSeconds(5),
                    16 * 1024,
                    limits);
            GatewayOptions options = new GatewayOptions(
                    name,
                    http,
                    whitelist,
                    requestKeys.apply(PinnedKeys.parse(keys)),
                    signingKey,
                    maxLimit,
                    new GatewayOptions.MissingEvents(50, honoursMinDepth));
            Gateway gateway = Gateway.start(options, store).block(Duration.ofSeconds(30));
            if (gateway == null) {
                throw new IllegalStateException("no gateway");
            }
            return new TestGateway(remote, gateway);
        }
    }
}
