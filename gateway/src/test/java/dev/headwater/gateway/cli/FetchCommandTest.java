package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.discovery.TestAuthority;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** {@code fetch} without {@code --server}: the server is found by its name. */
class FetchCommandTest {
    private static final TestAuthority AUTHORITY = new TestAuthority();

    @TempDir
    private Path directory;

    private final DisposableServer server = HttpServer.create()
            .bindAddress(() -> new InetSocketAddress("127.0.0.1", 0))
            .secure(spec -> spec.sslContext(AUTHORITY.server("127.0.0.1")))
            .handle((request, response) -> response.sendString(Mono.just("{\"pdus\":[]}")))
            .bindNow();

    @BeforeEach
    void writeFiles() throws Exception {
        Files.writeString(directory.resolve("ca.pem"), pem());
        Ran.of("keygen", directory.resolve("a.key").toString());
    }

    @AfterEach
    void stop() {
        server.disposeNow(Duration.ofSeconds(5));
    }

    @Test
    void asksTheServerWithTheName() throws IOException {
        Ran ran = fetch("ip_range_whitelist: [127.0.0.0/8]\nfederation_custom_ca_list: [ca.pem]");

        assertThat(ran.err()).startsWith("0 events (0 redacted, 0 refused) in ");
        assertThat(ran.status()).isZero();
    }

    @Test
    void reachesNoPrivateAddressUnlessTheConfigurationSaysSo() throws IOException {
        Ran ran = fetch("federation_custom_ca_list: [ca.pem]");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err().lines()).containsExactly("headwater: 127.0.0.1: has no address that may be reached");
    }

    @Test
    void trustsWhomTheJavaRuntimeTrustsUnlessTheConfigurationSaysOtherwise() throws IOException {
        Ran ran = fetch("ip_range_whitelist: [127.0.0.0/8]");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err().lines())
                .containsExactly(
                        "headwater: 127.0.0.1:" + server.port() + ": no connection that proves to be its own by TLS");
    }

    @Test
    void namesFilesThatHoldNoCertificates() throws IOException {
        Files.writeString(directory.resolve("empty.pem"), "");
        Files.writeString(directory.resolve("odd.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");

        for (String file : new String[] {"absent.pem", "empty.pem", "odd.pem"}) {
            Ran ran = fetch("federation_custom_ca_list: [" + file + "]");

            assertThat(ran.status()).isEqualTo(2);
            assertThat(ran.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("headwater: federation_custom_ca_list: '" + directory.resolve(file) + "' is refused: ")
                    .endsWith("; expected certificates in PEM");
        }
    }

    private Ran fetch(String settings) throws IOException {
        Path config = Files.writeString(directory.resolve("a.yaml"), "server_name: a.example\n" + settings);
        return Ran.of(
                "fetch",
                "--destination",
                "127.0.0.1:" + server.port(),
                "--origin",
                "a.example",
                "--key",
                directory.resolve("a.key").toString(),
                "--room",
                "!r:a.example",
                "--room-version",
                "11",
                "--v",
                "$e",
                "--config",
                config.toString());
    }

    private static String pem() throws CertificateEncodingException {
        Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN CERTIFICATE-----\n"
                + lines.encodeToString(AUTHORITY.certificate().getEncoded()) + "\n-----END CERTIFICATE-----\n";
    }
}
