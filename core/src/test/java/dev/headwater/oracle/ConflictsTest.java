package dev.headwater.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.room.RoomVersion;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Conflicts of random rooms, and what ruma-state-res made of them: a second implementation resolves every one to the same
 * state, and allows the same events. {@link #main} writes new conflicts, and {@code src/test/rust/resolver} resolves them:
 *
 * <pre>
 * mvn -q -Dfast -pl core test-compile dependency:build-classpath -Dmdep.outputFile=target/cp -Dmdep.includeScope=test
 * java -cp core/target/test-classes:core/target/classes:$(cat core/target/cp) dev.headwater.oracle.ConflictsTest 1 40 |
 *     cargo run --release --manifest-path core/src/test/rust/resolver/Cargo.toml |
 *     gzip -9n > core/src/test/resources/oracle/conflicts.ndjson.gz
 * </pre>
 *
 * <p>Version 1 has an algorithm of its own, which ruma has not; {@link ResolutionPeerIT} compares that too. {@code
 * -Dheadwater.oracle.conflicts=FILE} compares other resolved conflicts.
 */
final class ConflictsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String FILE = System.getProperty("headwater.oracle.conflicts");

    @Test
    void areResolvedAsByASecondImplementation() throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(open(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode json = JSON.readTree(line);
                Conflict conflict = Conflict.read(json);
                AuthorizationRules rules = new AuthorizationRules(conflict.version(), Reading.RUMA);
                List<Boolean> allowed = conflict.allowed(rules);
                assertThat(conflict.resolved(rules)).as(line).isEqualTo(texts(json.path("resolved")));
                assertThat(allowed).as(line).isEqualTo(booleans(json.path("allowed")));
                counts.merge("conflicts of version " + conflict.version().identifier(), 1, Integer::sum);
                allowed.forEach(each -> counts.merge(each ? "allowed" : "refused", 1, Integer::sum));
            }
        }
        System.out.println("ConflictsTest: the same as by ruma-state-res: " + counts);
        assertThat(counts).hasSize(13);
    }

    private static InputStream open() throws IOException {
        return FILE != null
                ? Files.newInputStream(Path.of(FILE))
                : new GZIPInputStream(
                        Objects.requireNonNull(ConflictsTest.class.getResourceAsStream("/oracle/conflicts.ndjson.gz")));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.stringValue()));
        return texts;
    }

    private static List<Boolean> booleans(JsonNode array) {
        List<Boolean> booleans = new ArrayList<>();
        array.forEach(each -> booleans.add(each.booleanValue()));
        return booleans;
    }

    /** Writes the conflicts of rooms of all versions but the first: the first room's seed, and how many rooms. */
    public static void main(String[] arguments) throws IOException {
        long seed = Long.parseLong(arguments[0]);
        try (PrintStream out =
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8)) {
            for (long i = 0; i < Long.parseLong(arguments[1]); i++) {
                RandomRoom room = RandomRoom.draw(seed + i);
                if (room.version() != RoomVersion.V1) {
                    for (Conflict conflict : Conflict.of(room)) {
                        out.print(conflict.json() + "\n");
                    }
                }
            }
        }
    }
}
