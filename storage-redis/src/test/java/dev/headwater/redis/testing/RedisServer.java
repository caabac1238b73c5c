package dev.headwater.redis.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A real redis-server on the loopback interface, on a port of its own and in a directory of its own.
 *
 * <p>It keeps an append-only file, so that {@link #kill} and {@link #start} lose nothing. Starting it fails if no
 * redis-server runs on this machine; nothing is skipped.
 */
public final class RedisServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** A server that is started over a large dump reads it first. */
    private static final Duration PATIENCE_AT_START = Duration.ofMinutes(10);

    private static final Pattern CALLS = Pattern.compile("cmdstat_([^:]+):calls=([0-9]+)");

    private final Path directory;
    private final int port;
    private final List<String> settings;
    private Process process;

    private RedisServer(Path directory, int port, List<String> settings) throws IOException {
        this.directory = directory;
        this.port = port;
        this.settings = List.copyOf(settings);
        this.process = launch();
    }

    /**
     * Starts a server and returns when it answers.
     *
     * @param settings more of its command line, e.g. {@code "--maxmemory", "10mb"}
     */
    public static RedisServer started(String... settings) {
        IllegalStateException failure = new IllegalStateException("redis-server does not start");
        // The port is free when it is chosen; another process may take it before Redis does.
        for (int attempt = 0; attempt < 5; attempt++) {
            try {
                var server =
                        new RedisServer(Files.createTempDirectory("headwater-redis"), freePort(), List.of(settings));
                try {
                    server.awaitAnswer();
                    return server;
                } catch (IllegalStateException e) {
                    server.close();
                    failure.addSuppressed(e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("redis-server does not start", e);
            }
        }
        throw failure;
    }

    public int port() {
        return port;
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** The process as it runs now; another one after {@link #start}. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /** Starts it again, on the same port and with the data it had, and returns when it answers. */
    public void start() {
        try {
            process = launch();
        } catch (IOException e) {
            throw new UncheckedIOException("redis-server does not start again", e);
        }
        awaitAnswer();
    }

    /** Ends it at once, as {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Stops it as it stands ({@code SIGSTOP}): connections stay, answers do not come. */
    public void stop() {
        signal("-STOP");
    }

    /** Lets it go on after {@link #stop}. */
    public void resume() {
        signal("-CONT");
    }

    /**
     * Sends one inline command over a connection of its own and returns its answer: a bulk string as it is, the items of a
     * list line by line, anything else as its line, e.g. {@code +OK} or {@code :1}.
     */
    public String command(String line) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
            return answer(new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException("redis-server on port " + port + " does not answer", e);
        }
    }

    /** How many keys, strings, hashes or sorted sets, have some text of letters and dashes in a value. */
    public long keysHolding(String text) {
        String script = "local n = 0; for _, key in ipairs(redis.call('KEYS', '*')) do"
                + " local type = redis.call('TYPE', key).ok; local all;"
                + " if type == 'string' then all = {redis.call('GET', key)}"
                + " elseif type == 'hash' then all = redis.call('HGETALL', key)"
                + " else all = redis.call('ZRANGE', key, 0, -1) end;"
                + " for _, value in ipairs(all) do"
                + " if string.find(value, ARGV[1], 1, true) then n = n + 1 break end end end; return n";
        return Long.parseLong(command("EVAL \"" + script + "\" 0 " + text).substring(1));
    }

    /** How often each command has been called since the server started, by clients and by scripts. */
    public Map<String, Long> calls() {
        Map<String, Long> calls = new HashMap<>();
        Matcher matcher = CALLS.matcher(command("INFO commandstats"));
        while (matcher.find()) {
            calls.put(matcher.group(1), Long.parseLong(matcher.group(2)));
        }
        return calls;
    }

    /** How often it has answered with an error of this code, e.g. {@code TRYAGAIN}. */
    public long errors(String code) {
        String stats = command("INFO errorstats");
        Matcher matcher =
                Pattern.compile("errorstat_" + code + ":count=([0-9]+)").matcher(stats);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    /** A number out of {@code INFO}. */
    public long info(String field) {
        return command("INFO all")
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(field.length() + 1).strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("INFO has no number " + field));
    }

    /** Ends it and deletes what it stored. */
    @Override
    public void close() {
        kill();
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String answer(InputStream in) throws IOException {
        String first = line(in);
        if (first.startsWith("*")) {
            var items = new StringJoiner("\n");
            for (int i = Integer.parseInt(first.substring(1)); i > 0; i--) {
                items.add(answer(in));
            }
            return items.toString();
        }
        if (!first.startsWith("$") || first.equals("$-1")) {
            return first;
        }
        String bulk = new String(in.readNBytes(Integer.parseInt(first.substring(1))), UTF_8);
        line(in);
        return bulk;
    }

    private static String line(InputStream in) throws IOException {
        var out = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended within an answer");
            }
            if (c != '\r') {
                out.append((char) c);
            }
        }
        return out.toString();
    }

    /** It is killed in tests, but its machine is not: what it has written need not reach the disk, which may be slow. */
    private Process launch() throws IOException {
        List<String> line = new ArrayList<>(List.of(
                RedisBinary.path().toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--dir",
                directory.toString(),
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                "no",
                "--maxmemory-policy",
                "noeviction"));
        line.addAll(settings);
        return new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
    }

    private void awaitAnswer() {
        Awaitility.await("redis-server on port " + port)
                .atMost(PATIENCE_AT_START)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !process.isAlive() || answers());
        if (!process.isAlive()) {
            throw new IllegalStateException("redis-server ends at once: " + log());
        }
    }

    private boolean answers() {
        try {
            return command("PING").equals("+PONG");
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("redis-server " + process.pid() + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void signal(String signal) {
        try {
            int status = new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException("kill " + signal + " answers " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static int freePort() throws IOException {
        // A cluster node also listens on its port + 10000, which must stay below 65536.
        while (true) {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (socket.getLocalPort() < 50_000) {
                    return socket.getLocalPort();
                }
            }
        }
    }
}
