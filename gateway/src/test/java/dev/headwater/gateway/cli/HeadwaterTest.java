package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadwaterTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"demo", "serve", "import", "export", "verify", "fetch", "check", "keygen"})
    void explainsEveryCommand(String command) {
        Ran ran = Ran.of(command, "--help");

        assertThat(ran.status()).isZero();
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .startsWith("Usage: headwater " + command + " ")
                .containsPattern("Examples?:\n  (zcat .* )?headwater " + command + "[ \n]")
                .contains("Exit status: ")
                .contains("--help")
                .contains("--version");
        assertThat(ran.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        assertThat(Ran.of("--help").out()).contains("  " + command + " ");
    }

    @Test
    void tellsItsVersion() {
        assertThat(Ran.of("--version").out()).startsWith("headwater ");
        assertThat(Ran.of("check", "-V").out()).startsWith("headwater ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "                         | Missing required subcommand (see 'headwater --help')",
                "nonsense                 | Unmatched argument at index 0: 'nonsense' (see 'headwater --help')",
                "export --room !a:b       | Missing required option: '--config=FILE' (see 'headwater export --help')",
                "export -c x --room b     | Invalid value for option '--room': 'b' is not a room ID: ! and at most 254 more"
                        + " bytes (see 'headwater export --help')",
                "import -c x --room-version 13 y | Invalid value for option '--room-version': '13' is not a room version from"
                        + " 1 to 12 (see 'headwater import --help')",
                "import -c x --state-at e f y | --state-at: 'e' is no event ID; expected EVENT FILE",
                "import -c x --state-at $e f y z | --state-at: '$e' is of one room; expected one dump beside it",
                "demo --port 70000        | --port: '70000' is refused: expected a port from 0 to 65535",
                "demo --store nowhere     | Invalid value for option '--store': 'nowhere' is refused: expected memory:,"
                        + " redis://host:port/db, rediss://host:port/db, redis-sentinel://host:port,host:port/db#name or"
                        + " redis-cluster://host:port,host:port (see 'headwater demo --help')",
                "serve --config /nowhere/at/all | '/nowhere/at/all' does not exist; expected a YAML file"
            })
    void answersWrongUseInOneLine(String arguments, String message) {
        Ran ran = Ran.of(arguments == null ? new String[0] : arguments.split(" "));

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines()).containsExactly("headwater: " + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"import %s x.ndjson", "export %s --room !a:b", "verify %s"})
    void refusesAStoreThatEndsWithTheProcess(String arguments) throws IOException {
        Path config = Files.writeString(directory.resolve("c.yaml"), "server_name: a.example\nstore: 'memory:'");

        Ran ran = Ran.of(arguments.formatted("--config " + config).split(" "));

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err().lines())
                .singleElement()
                .asString()
                .startsWith("headwater: store: 'memory:' ends with its process, so '")
                .endsWith("expected a Redis (or use 'serve --load')");
    }
}
