package dev.headwater.gateway.keys;

import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.sign.PeerPython;
import dev.headwater.sign.SigningKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A whole Synapse on 127.0.0.1, with TLS and a database in memory: {@code src/test/python/synapse_peer.py} as a process
 * beside the test.
 */
final class SynapsePeer implements AutoCloseable {
    private final String name;
    private final Path directory;
    private final Process process;
    private final OutputStream orders;
    private final BufferedReader answers;

    private SynapsePeer(String name, Path directory, Process process) {
        this.name = name;
        this.directory = directory;
        this.process = process;
        this.orders = process.getOutputStream();
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts it; it listens when this returns.
     *
     * @param certificate its own, and the only one that it trusts
     */
    static SynapsePeer start(Path directory, SigningKey key, LoopbackCertificate certificate)
            throws IOException, InterruptedException, GeneralSecurityException {
        int port = freePort();
        String name = "127.0.0.1:" + port;
        Files.writeString(directory.resolve("signing.key"), key.toSecretLine() + "\n");
        Files.writeString(directory.resolve("log.yaml"), new Yaml().dump(logging()));
        Path config = Files.writeString(
                directory.resolve("homeserver.yaml"),
                new Yaml().dump(configuration(directory, name, port, certificate)));
        Process process = new ProcessBuilder(
                        PeerPython.interpreter(),
                        PeerPython.module("gateway")
                                .resolve("src/test/python/synapse_peer.py")
                                .toString(),
                        config.toString())
                .directory(directory.toFile())
                .redirectError(directory.resolve("synapse.log").toFile())
                .start();
        SynapsePeer peer = new SynapsePeer(name, directory, process);
        peer.answer(); // that it is ready
        return peer;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private static Map<String, Object> configuration(
            Path directory, String name, int port, LoopbackCertificate certificate)
            throws IOException, GeneralSecurityException {
        Map<String, Object> federation = Map.of(
                "port",
                port,
                "bind_addresses",
                List.of("127.0.0.1"),
                "type",
                "http",
                "tls",
                true,
                "resources",
                List.of(Map.of("names", List.of("federation", "keys"), "compress", false)));
        return Map.ofEntries(
                Map.entry("server_name", name),
                Map.entry("pid_file", directory.resolve("synapse.pid").toString()),
                Map.entry("signing_key_path", directory.resolve("signing.key").toString()),
                Map.entry("log_config", directory.resolve("log.yaml").toString()),
                Map.entry("media_store_path", directory.resolve("media").toString()),
                Map.entry("report_stats", false),
                Map.entry("macaroon_secret_key", "macaroon"),
                Map.entry("form_secret", "form"),
                Map.entry("database", Map.of("name", "sqlite3", "args", Map.of("database", ":memory:"))),
                Map.entry("listeners", List.of(federation)),
                Map.entry("tls_certificate_path", certificate.certificatePem().toString()),
                Map.entry("tls_private_key_path", certificate.keyPem().toString()),
                Map.entry(
                        "federation_custom_ca_list",
                        List.of(certificate.certificatePem().toString())),
                Map.entry("ip_range_blacklist", List.of()),
                Map.entry("trusted_key_servers", List.of()),
                Map.entry("presence", Map.of("enabled", false)));
    }

    private static Map<String, Object> logging() {
        return Map.of(
                "version",
                1,
                "handlers",
                Map.of("error", Map.of("class", "logging.StreamHandler")),
                "root",
                Map.of("level", "WARNING", "handlers", List.of("error")),
                "disable_existing_loggers",
                false);
    }

    /** Its server name, an address with a port. */
    String name() {
        return name;
    }

    /**
     * Has it send a signed GET to another server.
     *
     * @return {@code {"status": N, "body": JSON or text}}; the status is 0 if there was no answer
     */
    ObjectNode ask(String destination, String path, Map<String, List<String>> parameters) throws IOException {
        ObjectNode order = JsonNodeFactory.instance.objectNode();
        order.put("destination", destination).put("path", path);
        ObjectNode args = order.putObject("args");
        parameters.forEach((parameter, values) -> values.forEach(args.putArray(parameter)::add));
        orders.write(CanonicalJson.encode(order));
        orders.write('\n');
        orders.flush();
        return answer();
    }

    private ObjectNode answer() throws IOException {
        String line = answers.readLine();
        while (line != null && !line.startsWith("{")) {
            line = answers.readLine();
        }
        if (line == null) {
            throw new IOException("Synapse ended:\n" + Files.readString(directory.resolve("synapse.log")));
        }
        return StrictJson.object(line.getBytes(StandardCharsets.UTF_8), Numbers.LENIENT);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        orders.close();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
