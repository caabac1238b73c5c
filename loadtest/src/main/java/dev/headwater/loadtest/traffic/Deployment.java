package dev.headwater.loadtest.traffic;

import dev.headwater.gateway.Main;
import dev.headwater.redis.testing.RedisCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Several gateways over one Redis Cluster, on this machine, holding the rooms that {@link Prepare} made. */
@Command(
        name = "deployment",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a Redis Cluster of three nodes and several gateways over it, imports the rooms of a directory made by"
                    + " 'prepare', prints the gateways' addresses, and stays up until Ctrl-C.",
            "Everything listens on 127.0.0.1, on free ports."
        })
public final class Deployment implements Callable<Integer>, AutoCloseable {
    private static final Pattern URL = Pattern.compile("listens on (http://[^,]+)");

    @Option(names = "--traffic", required = true, paramLabel = "DIR", description = "What 'prepare' made.")
    private Path traffic = Path.of("");

    @Option(names = "--gateways", defaultValue = "2", description = "How many (default: ${DEFAULT-VALUE}).")
    private int gateways;

    private final List<Process> processes = new ArrayList<>();
    private final RedisCluster cluster = RedisCluster.started();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Deployment()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        importRooms(traffic);
        System.out.println(String.join(",", startGateways(traffic, gateways)));
        new CountDownLatch(1).await();
        return 0;
    }

    /** Imports all rooms of a directory; fails if the import does. */
    void importRooms(Path directory) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "import", "--config", directory.resolve("headwater.yaml").toString()));
        try (Stream<Path> rooms = Files.list(directory.resolve("rooms"))) {
            rooms.sorted().map(Path::toString).forEach(arguments::add);
        }
        Process process = command(arguments)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        processes.add(process);
        if (process.waitFor() != 0) {
            throw new IOException("the import ended with status " + process.exitValue());
        }
    }

    /** Starts gateways and returns their addresses once each of them listens. */
    List<String> startGateways(Path directory, int count) throws IOException {
        List<String> urls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Process process = command(List.of(
                            "serve",
                            "--config",
                            directory.resolve("headwater.yaml").toString()))
                    .start();
            processes.add(process);
            urls.add(url(process));
        }
        return urls;
    }

    private ProcessBuilder command(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dheadwater.log=WARN",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("HEADWATER_STORE", cluster.uri());
        builder.environment()
                .put("HEADWATER_LISTENERS", "[{port: 0, bind_addresses: ['127.0.0.1'], type: federation}]");
        return builder;
    }

    private static String url(Process process) throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher url = URL.matcher(line);
            if (url.find()) {
                return url.group(1);
            }
        }
        throw new IOException("a gateway ended before it listened");
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
        for (Process process : processes) {
            try {
                if (!process.waitFor(15, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        cluster.close();
    }
}
