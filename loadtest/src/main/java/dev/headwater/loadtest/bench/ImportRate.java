package dev.headwater.loadtest.bench;

import dev.headwater.gateway.Main;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.loadtest.RoomGenerator;
import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.testing.RedisServer;
import dev.headwater.sign.SigningKey;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The command {@code import} over a dump, all hashes and signatures checked, the start of its process included. */
final class ImportRate implements Row {
    private static final int TURNS = 3;

    /** What gateway/src/assembly/bin/headwater gives to commands. */
    private static final List<String> COMMAND_OPTIONS =
            List.of("-XX:CompileThresholdScaling=5", "-XX:+UseSerialGC", "-XX:NewRatio=1");

    @Override
    public Section run(Settings settings) throws Exception {
        Path directory = Files.createTempDirectory("headwater-import");
        Path dump = directory.resolve("room.ndjson");
        Path config = directory.resolve("headwater.yaml");
        try {
            RoomShape shape = RoomShape.ordinary(settings.seed(), settings.imported());
            write(shape, dump);
            double[] rates = new double[TURNS];
            double[] cpu = new double[TURNS];
            double[] redisCpu = new double[TURNS];
            for (int turn = 0; turn < TURNS; turn++) {
                try (RedisServer redis = RedisServer.started("--appendonly", "no")) {
                    Files.writeString(config, configuration(shape, redis.uri()));
                    ProcessCpu redisProcess = new ProcessCpu(redis.process());
                    long begun = System.nanoTime();
                    long used = run(settings, config, dump);
                    rates[turn] = shape.events() * 1e9 / (System.nanoTime() - begun);
                    cpu[turn] = (double) used / shape.events();
                    redisCpu[turn] = (double) redisProcess.micros() / shape.events();
                }
                System.err.printf("import %d of %d%n", turn + 1, TURNS);
            }
            Spread rate = Spread.of(rates);
            Table table = new Table("", "events/s", "import µs an event", "Redis µs an event");
            table.row(
                    "import",
                    rate.shown(),
                    Spread.of(cpu).shown(),
                    Spread.of(redisCpu).shown());
            return new Section(
                    "import",
                    String.format(
                            Locale.ROOT,
                            "A dump of %d events, %.0f MB, imported %d times into an empty Redis.",
                            shape.events(),
                            Files.size(dump) / 1e6,
                            TURNS),
                    table,
                    List.of(Ratio.atLeast("import-events-a-second", rate, 20_000)),
                    null);
        } finally {
            Files.deleteIfExists(dump);
            Files.deleteIfExists(config);
            Files.deleteIfExists(directory);
        }
    }

    private static void write(RoomShape shape, Path dump) throws IOException {
        RoomGenerator generator = new RoomGenerator(shape, SignatureProvider.fastest());
        try (OutputStream lines = Files.newOutputStream(dump);
                var buffered = new BufferedOutputStream(lines, 1 << 20)) {
            while (generator.hasNext()) {
                buffered.write(generator.next().bytes());
                buffered.write('\n');
            }
        }
    }

    private static String configuration(RoomShape shape, String store) {
        StringBuilder yaml = new StringBuilder("server_name: resident.example\nstore: \"")
                .append(store)
                .append("\"\nverify_keys:\n");
        shape.servers().forEach(server -> {
            SigningKey key = RoomGenerator.key(shape.seed(), server);
            yaml.append("  %s: { \"%s\": \"%s\" }%n"
                    .formatted(server, key.id(), key.verifyKey().base64()));
        });
        return yaml.toString();
    }

    /** Processor time of the process in microseconds. */
    private static long run(Settings settings, Path config, Path dump) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(COMMAND_OPTIONS);
        command.addAll(settings.serverOptions());
        command.addAll(List.of(
                "-Dheadwater.log=WARN",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "import",
                "--config",
                config.toString(),
                dump.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        ProcessCpu cpu = new ProcessCpu(process.toHandle());
        long used = 0;
        while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
            used = cpu.tryMicros(used);
        }
        if (process.exitValue() != 0) {
            throw new IOException("the import ended with status " + process.exitValue());
        }
        return used;
    }
}
