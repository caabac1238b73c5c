package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.gateway.http.TrustingTls;
import dev.headwater.gateway.tls.TestCertificate;
import dev.headwater.id.ServerName;
import dev.headwater.json.StrictJson;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeIT {
    private static final Pattern LISTENS = Pattern.compile(" listens on (http://\\S+), store memory:");

    @TempDir
    private Path directory;

    private final List<ServerName> servers = DemoRoom.servers();
    private Path config = Path.of("");
    private Path key = Path.of("");

    @BeforeEach
    void configure() throws IOException {
        config = Files.writeString(
                directory.resolve("headwater.yaml"),
                "server_name: " + servers.get(0) + "\nlisteners: [{port: 0}]\nstore: 'memory:'\nverify_keys: "
                        + StrictJson.object(DemoRoom.verifyKeys()) + "\n");
        key = Files.writeString(directory.resolve("asker.key"), DemoRoom.signingKey(servers.get(1)));
    }

    @Test
    void servesWhatIsFetchedAndEndsWhenItIsTold() throws IOException {
        Path dump = DemoRoom.dump(directory);
        try (Jar serve = Jar.start("serve", "--config", config.toString(), "--load", dump.toString())) {
            Matcher listens = LISTENS.matcher(serve.line(LISTENS));
            assertThat(listens.find()).isTrue();
            String url = listens.group(1);
            String room = serve.out().get(0).substring(0, serve.out().get(0).indexOf(' '));

            Ran fetch = fetch(url, room, "--config", config.toString());
            assertThat(fetch.err())
                    .contains("30 events (0 redacted, 0 refused) in ")
                    .contains("; signatures checked");
            assertThat(fetch.status()).isZero();
            assertThat(fetch.out().lines()).hasSize(30).isSubsetOf(Files.readAllLines(dump));

            Ran unknown = fetch(url, "!other:alder.example");
            assertThat(unknown.status()).isEqualTo(1);
            assertThat(unknown.out()).isEmpty();
            assertThat(unknown.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("headwater: " + servers.get(0) + ": status 403, {\"errcode\":\"M_FORBIDDEN\"");

            serve.terminate();
            Ran ended = serve.end();
            assertThat(ended.status()).isEqualTo(143);
            assertThat(ended.err())
                    .doesNotContain("Exception")
                    .doesNotContain("WARN")
                    .doesNotContain("ERROR");
        }
    }

    private Ran fetch(String url, String room, String... more) {
        // The newest event of the shipped room; of no meaning in another one.
        String start = NewestOfDump.id(directory.resolve("room.ndjson"));
        List<String> arguments = new ArrayList<>(List.of(
                "fetch", "--server", url, "--destination", servers.get(0).value()));
        arguments.addAll(List.of("--origin", servers.get(1).value(), "--key", key.toString(), "--room", room));
        arguments.addAll(List.of("--limit", "30", "--v", start));
        arguments.addAll(List.of(more));
        return Jar.run(arguments.toArray(String[]::new));
    }

    @Test
    void showsItsCertificateAndNegotiatesOnlyOnce() throws Exception {
        TestCertificate.ec("alder.example").in(directory);
        Path secure = Files.writeString(
                directory.resolve("secure.yaml"),
                Files.readString(config)
                        .replace(
                                "{port: 0}",
                                "{port: 0, tls: {certificate_path: fullchain.pem, private_key_path: privkey.pem}}"));
        Pattern listens = Pattern.compile(" listens on https://127.0.0.1:(\\d+), store memory:");
        try (Jar serve = Jar.start("serve", "--config", secure.toString())) {
            Matcher address = listens.matcher(serve.line(listens));
            assertThat(address.find()).isTrue();
            try (SSLSocket socket = (SSLSocket) TrustingTls.context()
                    .getSocketFactory()
                    .createSocket("127.0.0.1", Integer.parseInt(address.group(1)))) {
                socket.setSoTimeout(30_000);
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                socket.startHandshake();
                assertThat(socket.getSession().getPeerCertificates()).hasSize(1);
                assertThatThrownBy(() -> {
                            socket.startHandshake();
                            socket.getInputStream().read();
                        })
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    void doesNotStartWithAnUnusableConfiguration() throws IOException {
        Path bad = Files.writeString(directory.resolve("bad.yaml"), """
                server_name: "not a name"
                listeners: [{port: x}, {port: 1, type: admin}]
                store: nowhere
                upstream: http://127.0.0.1
                backfill: {max_limit: 0}
                colour: blue
                """);

        for (String command : List.of("check", "serve")) {
            Ran ran = Jar.run(command, "--config", bad.toString());

            assertThat(ran.status()).isEqualTo(2);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.err().lines()).hasSize(7).allMatch(line -> line.startsWith("headwater: "));
        }
    }

    @Test
    void saysInOneLineThatItsPortIsTaken() throws IOException {
        try (Jar serve = Jar.start("serve", "--config", config.toString())) {
            Matcher listens = LISTENS.matcher(serve.line(LISTENS));
            assertThat(listens.find()).isTrue();
            String port = listens.group(1).substring(listens.group(1).lastIndexOf(':') + 1);
            Path same = Files.writeString(
                    directory.resolve("same.yaml"), Files.readString(config).replace("port: 0", "port: " + port));

            Ran second = Jar.run("serve", "--config", same.toString());

            assertThat(second.status()).isEqualTo(1);
            assertThat(second.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("headwater: listeners: [[127.0.0.1] port " + port + "] cannot be listened on (")
                    .endsWith("; expected a free port");
        }
    }
}
