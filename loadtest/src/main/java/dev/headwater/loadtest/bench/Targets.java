package dev.headwater.loadtest.bench;

import dev.headwater.gateway.auth.RequestSigner;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.id.ServerName;
import dev.headwater.loadtest.RoomGenerator;
import dev.headwater.loadtest.RoomShape;
import dev.headwater.sign.Ed25519;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The process that holds what is measured, seen from the load's side. */
final class Targets implements AutoCloseable {
    static final String BARE = "bare-static";
    static final String SIGNED = "signed-static";
    static final String COLD = "cold-walk";
    static final String WARM = "warm-walk";
    static final String EVENT_PER_GET = "event-per-get";

    private final Process process;
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final List<String> targets = new ArrayList<>();
    private final RoomShape shape;

    private Targets(Process process, RoomShape shape) {
        this.process = process;
        this.shape = shape;
    }

    /** Starts the process and waits until it has made its room and listens. */
    static Targets start(String redis, long seed, int events, int limit) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms512m",
                        "-Xmx512m",
                        // The others keep no access log.
                        "-Dheadwater.log=WARN",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BenchServer.class.getName(),
                        redis,
                        String.valueOf(seed),
                        String.valueOf(events),
                        String.valueOf(limit))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Targets targets = new Targets(process, RoomShape.ordinary(seed, events));
        try {
            targets.await();
            return targets;
        } catch (IOException | RuntimeException e) {
            targets.close();
            throw e;
        }
    }

    private void await() throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "port" -> ports.put(words[1], Integer.valueOf(words[2]));
                case "target" -> targets.add(words[1]);
                case "ready" -> {
                    return;
                }
                default -> throw new IOException("the measured process says '" + line + "'");
            }
        }
        throw new IOException("the measured process ended before it was ready");
    }

    /** All contenders, each with the same requests, signed by a server of the room. */
    List<Contender> contenders() {
        Ed25519 scheme = SignatureProvider.fastest();
        ServerName origin = shape.servers().get(1);
        var signer = new RequestSigner(origin, RoomGenerator.key(shape.seed(), origin), scheme);
        List<byte[]> requests = targets.stream()
                .map(target -> ClosedLoop.get(
                        target,
                        "localhost",
                        signer.authorization(shape.servers().get(0), "GET", target)))
                .toList();
        List<Contender> contenders = new ArrayList<>();
        ports.forEach((name, port) -> contenders.add(new Contender(name, port, requests)));
        return contenders;
    }

    ProcessCpu cpu() {
        return new ProcessCpu(process.toHandle());
    }

    /** The request target of a backfill from one event. */
    static String target(String room, String event, int limit) {
        return "/_matrix/federation/v1/backfill/" + encoded(room) + "?v=" + encoded(event) + "&limit=" + limit;
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
