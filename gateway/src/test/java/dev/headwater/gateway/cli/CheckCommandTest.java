package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.tls.TestCertificate;
import dev.headwater.gateway.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
    @TempDir
    private Path directory;

    @Test
    void acceptsAUsableConfiguration() throws IOException {
        Path file = Files.writeString(directory.resolve("a.yaml"), "server_name: a.example\nstore: 'memory:'");

        Ran ran = Ran.of("check", "--config", file.toString());

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEqualToIgnoringNewLines(file + " is usable");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void printsEveryErrorOnItsOwnLine() throws IOException {
        Path file = Files.writeString(directory.resolve("a.yaml"), "store: nowhere\nbackfill: {max_limit: 0}");

        Ran ran = Ran.of("check", "--config", file.toString());

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines())
                .hasSize(3)
                .allMatch(line -> line.startsWith("headwater: "))
                .anyMatch(line -> line.contains("server_name: missing"))
                .anyMatch(line -> line.contains("store: 'nowhere'"))
                .anyMatch(line -> line.contains("backfill.max_limit: '0'"));
    }

    @Test
    void readsTheFilesThatAreNamed() throws IOException {
        TlsFiles good = TestCertificate.ec("a.example").in(directory);
        Path file = Files.writeString(directory.resolve("a.yaml"), """
                server_name: a.example
                listeners:
                  - { port: 1, tls: { certificate_path: fullchain.pem, private_key_path: privkey.pem } }
                  - { port: 2, tls: { certificate_path: absent.pem, private_key_path: privkey.pem } }
                  - { port: 3, tls: { certificate_path: fullchain.pem, private_key_path: fullchain.pem } }
                """);

        Ran ran = Ran.of("check", "--config", file.toString());

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err().lines())
                .containsExactly(
                        "headwater: listeners[1].tls.certificate_path: '" + directory.resolve("absent.pem")
                                + "' does not exist; expected PEM, the server's certificate first",
                        "headwater: listeners[2].tls.private_key_path: '" + good.certificate()
                                + "' holds no private key; expected an unencrypted private key in PEM");
        assertThat(Ran.of("serve", "--config", file.toString()).err()).isEqualTo(ran.err());
    }

    @Test
    void isToldWhichFile() {
        Ran ran = Ran.of("check");

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err().lines())
                .containsExactly("headwater: Missing required option: '--config=FILE' (see 'headwater check --help')");
    }
}
