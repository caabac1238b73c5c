package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.Main;
import dev.headwater.gateway.http.Asker;
import dev.headwater.gateway.http.RawConnection;
import dev.headwater.gateway.http.TestGateway;
import dev.headwater.history.RoomAdmission;
import dev.headwater.redis.RedisEventStore;
import dev.headwater.redis.RedisOptions;
import dev.headwater.redis.testing.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests of four hundred servers whose readers stop after the head, at a gateway with little memory: four hundred, and
 * then two thousand.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ManySlowReadersIT {
    private static final int SERVERS = 400;
    private static final int READERS = 5 * SERVERS;
    private static final int EVENTS = 1_000;
    /** Ten times what the kernel and the gateway keep for a reader that has stopped. */
    private static final int LIMIT = 500;

    private static final Pattern LISTENS = Pattern.compile(".* listens on http://127\\.0\\.0\\.1:([0-9]+),.*");

    private final List<Asker> askers = IntStream.range(0, SERVERS)
            .mapToObj(i -> Asker.named("s" + i + ".example"))
            .toList();
    private final List<RawConnection> readers = new ArrayList<>();

    @TempDir
    private Path directory;

    private RedisServer redis;

    @BeforeEach
    void fill() {
        redis = RedisServer.started();
        RedisEventStore store =
                TestGateway.connect(RedisOptions.of(redis.uri()).withReadTimeout(Duration.ofSeconds(20)));
        LongRoom.write(store, EVENTS);
        store.admit(
                        LongRoom.ID,
                        new RoomAdmission(askers.stream().map(Asker::name).collect(Collectors.toSet()), List.of()))
                .then(store.close())
                .block(Duration.ofSeconds(20));
    }

    @AfterEach
    void stop() throws IOException {
        leave();
        redis.close();
    }

    private void leave() throws IOException {
        for (RawConnection reader : readers) {
            reader.close();
        }
        readers.clear();
    }

    private Process gateway(String heap, String limits) throws IOException {
        String keys = askers.stream()
                .map(asker ->
                        "  " + asker.name() + ": { \"" + asker.keyId() + "\": \"" + asker.publicKeyBase64() + "\" }\n")
                .collect(Collectors.joining());
        Path config = Files.writeString(
                directory.resolve("headwater.yaml"),
                "server_name: hs.example\nlisteners: [{ port: 0 }]\nstore: \"" + redis.uri() + "\"\n" + limits
                        + "\nverify_keys:\n" + keys);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        heap,
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName(),
                        "serve",
                        "--config",
                        config.toString())
                .redirectError(directory.resolve("gateway.log").toFile())
                .start();
    }

    private InetSocketAddress address(BufferedReader out) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher listens = LISTENS.matcher(line);
            if (listens.matches()) {
                return new InetSocketAddress("127.0.0.1", Integer.parseInt(listens.group(1)));
            }
        }
        throw new IOException("the gateway did not start: " + log());
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("gateway.log"));
    }

    private String request(int number) {
        String target = LongRoom.PATH + "?v=$e" + (EVENTS - 1) + "&limit=" + LIMIT;
        return askers.get(number % SERVERS).get(target, TestGateway.NAME);
    }

    private RawConnection ask(InetSocketAddress address, int number) throws IOException {
        RawConnection reader = RawConnection.open(address, 4_096).send(request(number));
        readers.add(reader);
        return reader;
    }

    /** Whether a server is served of which at most four readers have stopped. */
    private boolean isServed(InetSocketAddress address) throws IOException {
        try (RawConnection calm = RawConnection.open(address).send(request(0))) {
            RawConnection.Response response = calm.read();
            return response.status() == 200 && response.complete();
        }
    }

    /** Says how much memory the gateway has in use, after it was told to collect its garbage. */
    private static void sayMemory(Process gateway) throws Exception {
        for (String command : List.of("GC.run", "GC.heap_info")) {
            Process jcmd = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            String.valueOf(gateway.pid()),
                            command)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            said.lines()
                    .filter(line -> line.contains(" used "))
                    .forEach(line -> System.err.println(READERS + " slow readers:" + line));
        }
        Files.readString(Path.of("/proc/" + gateway.pid() + "/status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS"))
                .forEach(line -> System.err.println(READERS + " slow readers: " + line));
    }

    private void endsWell(Process gateway) throws Exception {
        gateway.destroy();
        assertThat(gateway.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(log()).doesNotContain("ERROR", "OutOfMemory", "LEAK");
    }

    @Test
    void takesAsManyAsItHasMemoryForAndSaysSoToTheOthers() throws Exception {
        Process gateway = gateway("-Xmx96m", "");
        try (BufferedReader out = gateway.inputReader(StandardCharsets.UTF_8)) {
            InetSocketAddress address = address(out);
            for (int i = 0; i < SERVERS; i++) {
                ask(address, i);
            }
            List<Integer> statuses = new ArrayList<>();
            for (RawConnection reader : readers) {
                statuses.add(reader.openBody().status());
            }
            assertThat(statuses).containsOnly(200, 503);
            assertThat(statuses.stream().filter(status -> status == 200).count())
                    .isBetween(32L, 48L);
            assertThat(isServed(address)).isFalse();
            leave();
            await().atMost(Duration.ofSeconds(30)).until(() -> isServed(address));
            endsWell(gateway);
        } finally {
            gateway.destroyForcibly();
        }
    }

    @Test
    void takesAllInHalfAGigabyteIfItIsToldTo() throws Exception {
        Process gateway = gateway("-Xmx512m", "http: { max_responses: 2100 }");
        try (BufferedReader out = gateway.inputReader(StandardCharsets.UTF_8)) {
            InetSocketAddress address = address(out);
            for (int i = 0; i < READERS; i++) {
                assertThat(ask(address, i).openBody().status()).as(log()).isEqualTo(200);
            }
            sayMemory(gateway);
            readers.remove(0).close();
            await().atMost(Duration.ofSeconds(30)).until(() -> isServed(address));
            endsWell(gateway);
        } finally {
            gateway.destroyForcibly();
        }
    }
}
