package dev.headwater.loadtest.bench;

import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.testing.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What an event takes in Redis, everything beside its own bytes included: as it was written, and in sealed pages. */
final class Bytes implements Row {
    private static final Map<String, String> KINDS =
            Map.of("p", "bodies", "o", "side pages", "i", "index", "x", "states", "b", "list of pages");

    @Override
    public Section run(Settings settings) throws Exception {
        try (RedisServer redis = RedisServer.started("--appendonly", "no")) {
            RoomShape shape = RoomShape.ordinary(settings.seed(), settings.events());
            long before = redis.info("used_memory");
            FilledRoom room = FilledRoom.fill(redis.uri(), shape, 1, settings.limit(), null);
            double raw = (double) room.rawBytes() / shape.events();
            double written = (double) (redis.info("used_memory") - before) / shape.events();
            Map<String, Long> writtenKinds = byKind(redis);
            room.seal(redis.uri());
            double sealed = (double) (redis.info("used_memory") - before) / shape.events();
            Map<String, Long> sealedKinds = byKind(redis);
            Table table = new Table("bytes an event", "as written", "sealed");
            table.row("raw", decimal(raw), decimal(raw));
            table.row("in Redis, all in all", decimal(written), decimal(sealed));
            writtenKinds.forEach((kind, bytes) -> table.row(
                    "of it " + kind,
                    decimal((double) bytes / shape.events()),
                    decimal((double) sealedKinds.getOrDefault(kind, 0L) / shape.events())));
            return new Section(
                    "bytes",
                    "%d events in one room; kinds by MEMORY USAGE.".formatted(shape.events()),
                    table,
                    List.of(
                            Ratio.atMost("redis-bytes-vs-raw", Spread.of(sealed / raw), 0.55),
                            Ratio.of("redis-bytes-as-written-vs-raw", Spread.of(written / raw))),
                    null);
        }
    }

    private static Map<String, Long> byKind(RedisServer redis) {
        Map<String, Long> kinds = new TreeMap<>();
        RedisClient client = RedisClient.create(redis.uri());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> commands = connection.sync();
            ScanIterator<String> keys = ScanIterator.scan(commands, ScanArgs.Builder.limit(1_000));
            while (keys.hasNext()) {
                String key = keys.next();
                String kind = key.substring(key.indexOf("}:") + 2).split(":", 2)[0];
                Long bytes = commands.memoryUsage(key);
                kinds.merge(KINDS.getOrDefault(kind, "all else"), bytes == null ? 0 : bytes, Long::sum);
            }
        } finally {
            client.shutdown();
        }
        return kinds;
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
