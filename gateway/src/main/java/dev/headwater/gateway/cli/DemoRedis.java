package dev.headwater.gateway.cli;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.error.OsArchitectureNotFound;

/** A Redis of the demo's own: on a free loopback port, in a temporary directory, keeping nothing; it ends with the process. */
final class DemoRedis {
    private static final int ATTEMPTS = 5;
    private static final Duration START = Duration.ofSeconds(10);

    private final Process process;
    private final int port;
    private final String program;

    private DemoRedis(Process process, int port, String program) {
        this.process = process;
        this.port = port;
        this.program = program;
    }

    /**
     * Starts the redis-server of the PATH, else the one that is carried along, and waits until it answers.
     *
     * @param directory where it may put its files
     * @param onExit told to end it
     * @throws CommandException if none starts
     */
    static DemoRedis start(Path directory, OnExit onExit) {
        try {
            String program = program(directory);
            for (int attempt = 1; ; attempt++) {
                int port = freePort();
                Process process = new ProcessBuilder(List.of(
                                program,
                                "--port",
                                String.valueOf(port),
                                "--bind",
                                "127.0.0.1",
                                "--dir",
                                directory.toString(),
                                "--save",
                                "",
                                "--appendonly",
                                "no",
                                "--daemonize",
                                "no",
                                "--loglevel",
                                "warning"))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("redis.log").toFile())
                        .start();
                DemoRedis redis = new DemoRedis(process, port, program);
                onExit.add(redis::stop);
                if (redis.answers()) {
                    return redis;
                }
                process.destroyForcibly();
                // The port may have been taken between our look and its start.
                if (attempt == ATTEMPTS) {
                    String log = Files.readString(directory.resolve("redis.log"));
                    throw CommandException.failed("'" + program + "' does not start: "
                            + log.lines()
                                    .reduce((one, next) -> next)
                                    .orElse("it says nothing")
                                    .strip());
                }
            }
        } catch (IOException e) {
            throw CommandException.failed("Redis cannot be started: " + e.getMessage()
                    + "; expected redis-server on the PATH (or use --store memory:)");
        }
    }

    String uri() {
        return "redis://127.0.0.1:" + port + "/0";
    }

    String program() {
        return program;
    }

    private void stop() {
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private boolean answers() throws IOException {
        long end = System.nanoTime() + START.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                socket.setSoTimeout(1000);
                socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
                byte[] answer = socket.getInputStream().readNBytes(5);
                if (new String(answer, StandardCharsets.US_ASCII).equals("+PONG") && process.isAlive()) {
                    return true;
                }
            } catch (IOException e) {
                // Not yet: it is asked again until the time is over.
                if (pause()) {
                    return false;
                }
            }
        }
        return false;
    }

    /** Waits for the process to end, a moment at most; true if it has. */
    private boolean pause() {
        try {
            return process.waitFor(20, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static String program(Path directory) throws IOException {
        Optional<String> onPath = Stream.of(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry, "redis-server"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
        if (onPath.isPresent()) {
            return onPath.get();
        }
        try {
            return ExecutableProvider.newJarResourceProvider(directory.toFile())
                    .get()
                    .toString();
        } catch (OsArchitectureNotFound e) {
            throw CommandException.failed("no redis-server is on the PATH, and none is carried along for this machine;"
                    + " expected one on the PATH, or --store memory:");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
