package dev.headwater.loadtest.bench;

import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.testing.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** One response far larger than its server's memory, against Redis handing out the same pages. */
final class LongAnswer implements Row {
    private static final int TURNS = 5;
    private static final int PAGES_A_READ = 16;
    private static final List<String> SMALL = List.of("-Xmx64m", "-XX:MaxDirectMemorySize=64m");

    private record Read(double bytes, double seconds) {
        double megabytesASecond() {
            return bytes / 1e6 / seconds;
        }
    }

    @Override
    public Section run(Settings settings) throws Exception {
        int events = settings.longAnswer();
        try (RedisServer redis = RedisServer.started("--appendonly", "no")) {
            RoomShape shape = RoomShape.ordinary(settings.seed(), events);
            FilledRoom filled = FilledRoom.fill(redis.uri(), shape, 1, events, null);
            FilledRoom room = new FilledRoom(
                    shape, filled.id(), List.of(List.of(filled.newest())), filled.newest(), filled.rawBytes());
            List<byte[][]> reads = reads(redis);
            double[] answers = new double[TURNS];
            double[] raw = new double[TURNS];
            double[] ratios = new double[TURNS];
            List<String> options = new ArrayList<>(SMALL);
            options.addAll(settings.serverOptions());
            try (Measured measured = Measured.start(redis.uri(), shape, room.newest(), 100, options)) {
                // As in the other rows, the compilers come first.
                answer(measured, room, events);
                for (int turn = 0; turn < TURNS; turn++) {
                    answers[turn] = answer(measured, room, events).megabytesASecond();
                    raw[turn] = pages(redis, reads).megabytesASecond();
                    ratios[turn] = answers[turn] / raw[turn];
                    System.err.printf("long answer %d of %d%n", turn + 1, TURNS);
                }
            }
            Table table = new Table("", "MB/s");
            table.row("one response", Spread.of(answers).shown());
            table.row(
                    "MGET of the same pages, sixteen at a time", Spread.of(raw).shown());
            return new Section(
                    "long-answer",
                    "%d events, %d MB, in one response through 64 MB of heap and 64 MB of direct memory."
                            .formatted(events, room.rawBytes() / 1_000_000),
                    table,
                    List.of(Ratio.atLeast("long-answer-vs-redis", Spread.of(ratios), 0.3)),
                    null);
        }
    }

    private static Read answer(Measured measured, FilledRoom room, int events) throws InterruptedException {
        try (ClosedLoop load = new ClosedLoop()) {
            ClosedLoop.Outcome outcome = load.run(
                    new InetSocketAddress("127.0.0.1", measured.port(Measured.COLD)),
                    Measured.requests(room, 1, events),
                    1,
                    Duration.ZERO);
            if (outcome.bodyBytes() < room.rawBytes()) {
                throw new IllegalStateException("the answer has only " + outcome.bodyBytes() + " bytes");
            }
            return new Read(outcome.bodyBytes(), outcome.nanos() / 1e9);
        }
    }

    /** The names of all pages with their side pages, from the newest on, sixteen a read. */
    private static List<byte[][]> reads(RedisServer redis) {
        RedisClient client = RedisClient.create(redis.uri());
        List<String> bodies = new ArrayList<>();
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            ScanIterator<String> keys = ScanIterator.scan(
                    connection.sync(), ScanArgs.Builder.matches("*:p:*").limit(1_000));
            keys.forEachRemaining(bodies::add);
        } finally {
            client.shutdown();
        }
        bodies.sort(Comparator.comparingDouble(LongAnswer::place).reversed());
        List<byte[][]> reads = new ArrayList<>();
        for (int from = 0; from < bodies.size(); from += PAGES_A_READ) {
            List<byte[]> names = new ArrayList<>();
            for (String body : bodies.subList(from, Math.min(bodies.size(), from + PAGES_A_READ))) {
                names.add(body.getBytes(StandardCharsets.US_ASCII));
                names.add(body.replace("}:p:", "}:o:").getBytes(StandardCharsets.US_ASCII));
            }
            reads.add(names.toArray(byte[][]::new));
        }
        return reads;
    }

    private static double place(String key) {
        String[] page = key.substring(key.lastIndexOf(':') + 1).split("\\.", -1);
        return Long.parseLong(page[0]) + Integer.parseInt(page[1]) / 1e6;
    }

    private static Read pages(RedisServer redis, List<byte[][]> reads) {
        RedisClient client = RedisClient.create(redis.uri());
        try (StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE)) {
            long[] bytes = new long[1];
            long begun = System.nanoTime();
            for (byte[][] names : reads) {
                connection.sync().mget(names).forEach(page -> bytes[0] += page.getValueOrElse(new byte[0]).length);
            }
            return new Read(bytes[0], (System.nanoTime() - begun) / 1e9);
        } finally {
            client.shutdown();
        }
    }
}
