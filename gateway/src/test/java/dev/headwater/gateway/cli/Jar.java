package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** The packaged program as a process of its own. */
final class Jar implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final Path err;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private Jar(Process process, Path err) {
        this.process = process;
        this.err = err;
        this.reader = new Thread(this::read, "out-of-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts {@code java -jar headwater.jar} with these arguments. */
    static Jar start(String... arguments) {
        return start(null, arguments);
    }

    static Jar start(@Nullable Path in, String... arguments) {
        try {
            Path jar = Path.of("target/headwater.jar");
            assertThat(jar).as("packaged before integration tests run").exists();
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            // It lives for seconds, of which the last compiler would take half.
            command.addAll(List.of("-XX:TieredStopAtLevel=1", "-jar", jar.toString()));
            command.addAll(List.of(arguments));
            Path err = Files.createTempFile("headwater-err-", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
            if (in != null) {
                builder.redirectInput(in.toFile());
            }
            return new Jar(builder.start(), err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs it to its end. */
    static Ran run(String... arguments) {
        return run(null, arguments);
    }

    static Ran run(@Nullable Path in, String... arguments) {
        try (Jar jar = start(in, arguments)) {
            return jar.end();
        }
    }

    /** Waits for a line on standard output. */
    String line(Pattern pattern) {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> out.stream().anyMatch(pattern.asPredicate()) || !process.isAlive());
        return out.stream()
                .filter(pattern.asPredicate())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line like " + pattern + " in " + out + " and " + err()));
    }

    List<String> out() {
        return out;
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Waits until it has ended. */
    Ran end() {
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("ends")
                    .isTrue();
            reader.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        String text = String.join("\n", out);
        return new Ran(process.exitValue(), text, err(), text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Files.deleteIfExists(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String err() {
        try {
            return Files.readString(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
