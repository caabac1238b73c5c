package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A gateway that is a Java process of its own, without the agents and the leak detection of tests: prints its port, answers
 * a line with a line if it has something to say, and runs until its input ends.
 */
final class GatewayProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final Path log;
    private final InetSocketAddress address;

    private GatewayProcess(Process process, Path log) throws IOException {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.US_ASCII);
        this.log = log;
        this.address = new InetSocketAddress("127.0.0.1", Math.toIntExact(number()));
    }

    /**
     * @param log is written to what goes to its standard error
     * @param options of the Java machine
     */
    static GatewayProcess start(Path log, List<String> options, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command).redirectError(log.toFile()).start();
        try {
            return new GatewayProcess(process, log);
        } catch (IOException | RuntimeException | AssertionError e) {
            process.destroyForcibly();
            throw e;
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /** What it answers to an empty line. */
    long ask() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        return number();
    }

    private long number() throws IOException {
        String line = out.readLine();
        while (line != null && !line.matches("[0-9]+")) {
            line = out.readLine(); // logging may say something of itself first
        }
        assertThat(line).as(this::log).isNotNull();
        return Long.parseLong(Objects.requireNonNull(line));
    }

    /** Ends its input and asserts that it ends by itself, with nothing in its log that should not be there. */
    void endsWell() throws IOException, InterruptedException {
        process.getOutputStream().close();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(this::log).isZero();
        assertThat(log()).doesNotContain("ERROR", "OutOfMemory", "LEAK");
    }

    private String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
