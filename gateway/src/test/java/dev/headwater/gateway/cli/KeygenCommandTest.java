package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.sign.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeygenCommandTest {
    @TempDir
    private Path directory;

    @Test
    void writesAKeyThatOnlyTheOwnerReads() throws IOException {
        Path file = directory.resolve("signing.key");

        Ran ran = Ran.of("keygen", file.toString());

        assertThat(ran.status()).isZero();
        SigningKey key = SigningKey.parse(Files.readString(file));
        assertThat(key.id().value()).matches("ed25519:a_[A-Za-z]{4}");
        assertThat(ran.out())
                .isEqualToIgnoringNewLines(
                        "\"" + key.id() + "\": \"" + key.verifyKey().base64() + "\"");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Keys.signing(file).id()).isEqualTo(key.id());
    }

    @Test
    void namesItAsAsked() throws IOException {
        Path file = directory.resolve("signing.key");

        Ran.of("keygen", "--key-version", "b_7", file.toString());

        assertThat(Files.readString(file)).startsWith("ed25519 b_7 ").endsWith("\n");
    }

    @Test
    void neverReplacesAFile() throws IOException {
        Path file = Files.writeString(directory.resolve("signing.key"), "precious");

        Ran ran = Ran.of("keygen", file.toString());

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err().lines())
                .containsExactly(
                        "headwater: '" + file + "' exists; expected a new file, since a lost key cannot be had again");
        assertThat(file).hasContent("precious");
    }

    @Test
    void saysWhatCannotBeWritten() {
        Path file = directory.resolve("absent/signing.key");

        Ran nowhere = Ran.of("keygen", file.toString());
        Ran unnamed =
                Ran.of("keygen", "--key-version", "a b", directory.resolve("k").toString());

        assertThat(nowhere.status()).isEqualTo(1);
        assertThat(nowhere.err()).contains("'" + file + "' cannot be written: expected an existing directory");
        assertThat(unnamed.status()).isEqualTo(2);
        assertThat(unnamed.err()).contains("--key-version: 'a b' is refused: expected a name such as a_1");
    }
}
