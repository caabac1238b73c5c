package dev.headwater.loadtest.bench;

import dev.headwater.history.EventStore;
import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.testing.RedisServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How often one request waits for Redis, counted on the wire between them. */
final class RoundTrips implements Row {
    private static final int EVENTS = 5_000;
    private static final List<String> FROM_SCRIPTS = List.of("hget", "hexists", "info", "config|resetstat");

    private final Table table =
            new Table("", "dependent round trips", "commands", "bytes to Redis", "bytes from Redis");

    @Override
    public Section run(Settings settings) throws Exception {
        try (RedisServer redis = RedisServer.started("--appendonly", "no");
                CountingProxy proxy = CountingProxy.to(redis.port())) {
            RoomShape shape = RoomShape.ordinary(settings.seed(), EVENTS);
            FilledRoom room = FilledRoom.fill(redis.uri(), shape, 2, settings.limit(), null);
            List<byte[]> requests = Measured.requests(room, 1, settings.limit());
            List<byte[]> twins = Measured.requests(room, 2, settings.limit());
            try (Measured measured = Measured.start(
                            proxy.uri(), shape, room.newest(), settings.limit(), settings.serverOptions());
                    ClosedLoop load = new ClosedLoop()) {
                Probe probe = new Probe(redis, proxy, load);
                probe.count("cold, code not loaded", measured.port(Measured.COLD), requests.get(0));
                Ratio cold = probe.ratio("cold", 2, measured.port(Measured.COLD), requests.get(1));
                probe.count("into the cache", measured.port(Measured.WARM), requests.get(1));
                Ratio pages = probe.ratio("pages-cached", 1, measured.port(Measured.WARM), twins.get(1));
                Thread.sleep(EventStore.HONOURED_AFTER.toMillis()); // a lease ends by time alone
                Ratio all = probe.ratio("all-cached", 1, measured.port(Measured.WARM), requests.get(1));
                Ratio lease = probe.ratio("under-lease", 0, measured.port(Measured.WARM), requests.get(1));
                return new Section(
                        "round-trips",
                        "One request of %d events at a time, through a proxy that counts.".formatted(settings.limit()),
                        table,
                        List.of(cold, pages, all, lease),
                        null);
            }
        }
    }

    private final class Probe {
        private final RedisServer redis;
        private final CountingProxy proxy;
        private final ClosedLoop load;

        Probe(RedisServer redis, CountingProxy proxy, ClosedLoop load) {
            this.redis = redis;
            this.proxy = proxy;
            this.load = load;
        }

        Ratio ratio(String label, int most, int port, byte[] request) throws InterruptedException {
            return Ratio.atMost("round-trips-" + label, Spread.of(count(label, port, request)), most);
        }

        int count(String label, int port, byte[] request) throws InterruptedException {
            redis.command("CONFIG RESETSTAT");
            CountingProxy.Counts before = proxy.counts();
            load.run(new InetSocketAddress("127.0.0.1", port), List.of(request), 1, Duration.ZERO);
            CountingProxy.Counts counts = proxy.counts().since(before);
            Map<String, Long> commands = new TreeMap<>(redis.calls());
            FROM_SCRIPTS.forEach(commands::remove);
            table.row(
                    label,
                    String.valueOf(counts.turns()),
                    commands.entrySet().stream()
                            .map(command -> command.getValue() + " " + command.getKey())
                            .collect(Collectors.joining(", ")),
                    String.valueOf(counts.up()),
                    String.valueOf(counts.down()));
            return counts.turns();
        }
    }
}
