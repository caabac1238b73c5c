package dev.headwater.loadtest.bench;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.testing.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A room of very many events, made once and kept: a dump of Redis, and beside it where to start in the room. */
@Command(
        name = "store",
        mixinStandardHelpOptions = true,
        description =
                "Makes a room of --events events in a Redis of its own, and keeps it in the directory --out, for"
                        + " 'bench --rows growth --store'. Ten million events take about 11 GB of memory and as much of the disk.")
public final class PreparedStore implements Callable<Integer> {
    private static final String ROOM = "room.txt";
    /** Rooms of a store are told apart by it; those that growth is measured by have low ones. */
    private static final int NUMBER = 1_000;

    /** Eleven gigabytes at 5 MB/s, the disk of a small machine. */
    private static final Duration MOST_SAVING = Duration.ofMinutes(40);

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to; made if it is not there.")
    private Path out = Path.of("");

    @Option(names = "--events", defaultValue = "10000000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int events;

    @Option(names = "--seed", defaultValue = "1", description = "Of the room (default: ${DEFAULT-VALUE}).")
    private long seed;

    public static void main(String[] args) {
        System.exit(new CommandLine(new PreparedStore()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Files.createDirectories(out);
        long begun = System.nanoTime();
        try (RedisServer redis = open(out)) {
            redis.command("FLUSHALL");
            FilledRoom room = FilledRoom.fill(
                    redis.uri(), RoomShape.ordinary(seed, events).withNumber(NUMBER), 1, events / 100, null);
            System.out.printf("%d events in %.0f s; saving them%n", events, (System.nanoTime() - begun) / 1e9);
            write(room, out);
            save(redis);
        }
        return 0;
    }

    private static void save(RedisServer redis) throws IOException, InterruptedException {
        redis.command("BGSAVE");
        Waiting.until(
                "Redis to save", () -> redis.info("rdb_bgsave_in_progress") == 0, Duration.ofMillis(500), MOST_SAVING);
        if (!redis.command("INFO persistence").contains("rdb_last_bgsave_status:ok")) {
            throw new IOException("Redis could not save");
        }
    }

    /** Starts a Redis over a prepared store; what is added to it is not kept. */
    static RedisServer open(Path directory) {
        return RedisServer.started(
                "--dir", directory.toAbsolutePath().toString(), "--appendonly", "no", "--dbfilename", "store.rdb");
    }

    static FilledRoom room(Path directory) throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve(ROOM));
        String[] head = lines.get(0).split(" ", -1);
        RoomShape shape = RoomShape.ordinary(Long.parseLong(head[0]), Integer.parseInt(head[1]))
                .withNumber(NUMBER);
        List<List<EventId>> samples = lines.subList(1, lines.size()).stream()
                .map(line ->
                        Arrays.stream(line.split(" ", -1)).map(EventId::parse).toList())
                .toList();
        return new FilledRoom(shape, RoomId.parse(head[2]), samples, EventId.parse(head[3]), Long.parseLong(head[4]));
    }

    private static void write(FilledRoom room, Path directory) throws IOException {
        List<String> lines = new ArrayList<>(List.of("%d %d %s %s %d"
                .formatted(room.shape().seed(), room.shape().events(), room.id(), room.newest(), room.rawBytes())));
        room.samples()
                .forEach(sample -> lines.add(sample.stream().map(EventId::value).collect(Collectors.joining(" "))));
        Files.write(directory.resolve(ROOM), lines);
    }
}
