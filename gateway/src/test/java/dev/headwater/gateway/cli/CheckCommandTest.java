package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
    void isToldWhichFile() {
        Ran ran = Ran.of("check");

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err().lines())
                .containsExactly("headwater: Missing required option: '--config=FILE' (see 'headwater check --help')");
    }
}
