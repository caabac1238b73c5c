package dev.headwater.loadtest.bench;

import dev.headwater.gateway.auth.RequestSigner;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.loadtest.RoomGenerator;
import dev.headwater.loadtest.RoomShape;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The process that holds what is measured, seen from the load's side. */
final class Measured implements AutoCloseable {
    static final String BARE = "bare-static";
    static final String SIGNED = "signed-static";
    static final String COLD = "cold-walk";
    /** The same gateway, in a room of which the pages are sealed. */
    static final String COLD_SEALED = "cold-sealed";

    static final String WARM = "warm-walk";
    static final String EVENT_PER_GET = "event-per-get";

    private final Process process;
    private final BufferedReader lines;
    private final Map<String, Integer> ports = new HashMap<>();

    private Measured(Process process) {
        this.process = process;
        this.lines = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts the process and waits until it listens.
     *
     * @param ready an event from which the answer that is sent ready-made begins
     * @param options of the Java machine
     */
    static Measured start(String redis, RoomShape shape, EventId ready, int limit, List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of(
                // The others keep no access log.
                "-Dheadwater.log=WARN",
                "-cp",
                System.getProperty("java.class.path"),
                BenchServer.class.getName(),
                redis,
                String.valueOf(shape.seed()),
                ready.value(),
                String.valueOf(limit)));
        Measured measured = new Measured(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        try {
            measured.await();
            return measured;
        } catch (IOException | RuntimeException e) {
            measured.close();
            throw e;
        }
    }

    private void await() throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("ready")) {
                return;
            }
            String[] words = line.split(" ", -1);
            ports.put(words[0], Integer.valueOf(words[1]));
        }
        throw new IOException("the measured process ended before it was ready");
    }

    int port(String name) {
        return Objects.requireNonNull(ports.get(name));
    }

    Contender contender(String label, String name, List<byte[]> requests) {
        return new Contender(label, port(name), requests);
    }

    /**
     * Memory in bytes: the heap after it was collected, and buffers outside it.
     *
     * @throws IOException if the process has ended
     */
    long[] memory() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        String answer = lines.readLine();
        if (answer == null) {
            throw new IOException("the measured process has ended");
        }
        String[] words = answer.split(" ", -1);
        return new long[] {Long.parseLong(words[0]), Long.parseLong(words[1])};
    }

    ProcessCpu cpu() {
        return new ProcessCpu(process.toHandle());
    }

    /** A request from each sample's last events, signed by a server of the room. */
    static List<byte[]> requests(FilledRoom room, int starts, int limit) {
        RequestSigner signer = signer(room.shape());
        ServerName to = room.shape().servers().get(0);
        return room.samples().stream()
                .map(sample -> sample.subList(sample.size() - starts, sample.size()))
                .map(from -> target(room, from, limit))
                .map(target -> ClosedLoop.get(target, "localhost", signer.authorization(to, "GET", target)))
                .toList();
    }

    private static RequestSigner signer(RoomShape shape) {
        ServerName origin = shape.servers().get(1);
        return new RequestSigner(origin, RoomGenerator.key(shape.seed(), origin), SignatureProvider.fastest());
    }

    private static String target(FilledRoom room, List<EventId> from, int limit) {
        StringBuilder target = new StringBuilder("/_matrix/federation/v1/backfill/")
                .append(encoded(room.id().value()))
                .append('?');
        from.forEach(event -> target.append("v=").append(encoded(event.value())).append('&'));
        return target.append("limit=").append(limit).toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
