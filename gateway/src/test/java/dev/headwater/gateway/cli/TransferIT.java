package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.json.StrictJson;
import dev.headwater.redis.testing.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransferIT {
    @TempDir
    private Path directory;

    private Path dump = Path.of("");
    private List<String> lines = List.of();
    private String room = "";

    @BeforeEach
    void unpack() throws IOException {
        dump = DemoRoom.dump(directory);
        lines = Files.readAllLines(dump);
        Matcher named = Pattern.compile("\"room_id\":\"([^\"]*)\"").matcher(lines.get(1));
        assertThat(named.find()).isTrue();
        room = named.group(1);
    }

    @Test
    void aDumpImportedTwiceAndExportedIsTheSameEventsButForTheRedactedOneAndStaysSoByteForByte() throws IOException {
        try (RedisServer one = RedisServer.started();
                RedisServer other = RedisServer.started()) {
            String config = config(one);

            Ran first = Jar.run("import", "--config", config, dump.toString());
            assertThat(first.err()).isEmpty();
            assertThat(first.status()).isZero();
            assertThat(first.out())
                    .isEqualTo(room + " (version 12): taken " + lines.size()
                            + ", known 0, unverified 0, redacted 0, refused 0");
            Ran second = Jar.run(dump, "import", "--config", config, "-");
            assertThat(second.status()).isZero();
            assertThat(second.out()).contains("taken 0, known " + lines.size() + ",");

            Ran export = Jar.run("export", "--config", config, "--room", room);
            assertThat(export.err()).isEmpty();
            assertThat(export.status()).isZero();
            List<String> changed = new ArrayList<>(export.out().lines().toList());
            assertThat(changed).hasSameSizeAs(lines);
            changed.removeAll(lines);
            assertThat(changed).singleElement().asString().contains("\"content\":{}");

            Path again = Files.writeString(directory.resolve("again.ndjson"), export.out());
            assertThat(Jar.run("import", "-c", config(other), again.toString()).status())
                    .isZero();
            assertThat(Jar.run("export", "-c", config(other), "--room", room).out())
                    .isEqualTo(export.out());

            Ran verify = Jar.run("verify", "--config", config);
            assertThat(verify.status()).isZero();
            assertThat(verify.out())
                    .startsWith(room + " (version 12): " + lines.size() + " events, ")
                    .contains(", open " + lines.size() + ", ")
                    .contains(", gaps 0, ")
                    .endsWith(", differences 0");
        }
    }

    @Test
    void whatAStateFileSaysIsNotComparedWithTheEvents() throws IOException {
        Path state = Files.writeString(
                directory.resolve("state.json"), "{\"pdus\":[" + String.join(",", lines.subList(0, 1)) + "]}");
        try (RedisServer redis = RedisServer.started()) {
            String config = config(redis);
            assertThat(Jar.run("import", "--config", config, "--state", state.toString(), dump.toString())
                            .status())
                    .isZero();

            Ran verify = Jar.run("verify", "--config", config);

            assertThat(verify.status()).isZero();
            assertThat(verify.out())
                    .contains(", servers 0, differences 0")
                    .endsWith(
                            "  who is in the room was told with --state, and not compared with what its events prove");
        }
    }

    @Test
    void refusedEventsMakeTheImportFailAndTheRestIsTaken() throws IOException {
        List<String> odd = new ArrayList<>(lines);
        odd.set(10, odd.get(10).replaceFirst("\"origin_server_ts\":\\d", "\"origin_server_ts\":2"));
        odd.add("not json");
        Path file = Files.write(directory.resolve("odd.ndjson"), odd);
        try (RedisServer redis = RedisServer.started()) {
            Ran ran = Jar.run("import", "--config", config(redis), file.toString());

            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.out().lines())
                    .hasSize(3)
                    .anyMatch(line -> line.contains("taken " + (lines.size() - 1) + ", ") && line.endsWith("refused 2"))
                    .anyMatch(line -> line.startsWith("  refused for bad-json: 1, the first: expected an event"))
                    .anyMatch(line -> line.startsWith("  refused for signature-wrong: 1, the first: expected on $"));
        }
    }

    @Test
    void saysInOneLineWhyAStoreCannotBeUsed() throws IOException {
        Path config = Files.writeString(
                directory.resolve("gone.yaml"), "server_name: a.example\nstore: 'redis://:secret@127.0.0.1:1/0'\n");

        Ran ran = Jar.run("export", "--config", config.toString(), "--room", room);

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err().lines())
                .singleElement()
                .asString()
                .startsWith("headwater: store: 'redis://***@127.0.0.1:1/0' cannot be used: ")
                .doesNotContain("secret");
    }

    @Test
    void saysInOneLineThatARoomIsNotStored() throws IOException {
        try (RedisServer redis = RedisServer.started()) {
            Ran ran = Jar.run("export", "--config", config(redis), "--room", room);

            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.err().lines())
                    .containsExactly(
                            "headwater: --room: '" + room + "' is not stored; expected the ID of an imported room");
        }
    }

    private String config(RedisServer redis) throws IOException {
        Path file = directory.resolve(redis.port() + ".yaml");
        return Files.writeString(
                        file,
                        "server_name: alder.example:8448\nstore: '" + redis.uri() + "'\nverify_keys: "
                                + StrictJson.object(DemoRoom.verifyKeys()) + "\n")
                .toString();
    }
}
