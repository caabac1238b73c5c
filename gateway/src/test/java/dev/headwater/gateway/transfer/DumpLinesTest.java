package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DumpLinesTest {
    @TempDir
    private Path directory;

    @Test
    void stripsBlanksAndSkipsEmptyLines() throws IOException {
        assertThat(lines(" \t{\"a\": 1} \r\n\n   \n{ }\n{\"last\":1}"))
                .containsExactly("{\"a\": 1}", "{ }", "{\"last\":1}");
        assertThat(lines("")).isEmpty();
        assertThat(lines("\n \n")).isEmpty();
    }

    @Test
    void readsLinesThatSpanBuffers() throws IOException {
        String one = "x".repeat(70_000);
        String two = "y".repeat(200_000);

        assertThat(lines(one + "\n" + two + "\nz")).containsExactly(one, two, "z");
    }

    @Test
    void marksTheLineThatIsTooLongAndReadsOn() throws IOException {
        String longest = "x".repeat(DumpLines.MAX_LINE);

        assertThat(lines(longest + "\n" + longest + "x\nb")).containsExactly(longest, "(too long)", "b");
    }

    @Test
    void readsFromAPosition() throws IOException {
        Path file = Files.writeString(directory.resolve("f"), "one\n" + "two ".repeat(50_000) + "\nthree\n");
        try (DumpLines lines = new DumpLines(file)) {
            List<Long> positions = new ArrayList<>();
            for (DumpLines.Line line = lines.read(); line != null; line = lines.read()) {
                positions.add(line.position());
            }
            lines.seek(positions.get(2));
            assertThat(text(lines.read())).isEqualTo("three");
            lines.seek(positions.get(0));
            assertThat(text(lines.read())).isEqualTo("one");
            assertThat(text(lines.read())).startsWith("two two");
            lines.seek(positions.get(1));
            assertThat(text(lines.read())).startsWith("two two");
        }
    }

    private List<String> lines(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("lines"), content);
        List<String> found = new ArrayList<>();
        try (DumpLines lines = new DumpLines(file)) {
            for (DumpLines.Line line = lines.read(); line != null; line = lines.read()) {
                found.add(text(line));
            }
            assertThat(lines.position()).isEqualTo(lines.length());
        }
        return found;
    }

    private static String text(DumpLines.@Nullable Line line) {
        if (line == null) {
            return "(end)";
        }
        byte[] bytes = line.bytes();
        return bytes == null ? "(too long)" : new String(bytes, StandardCharsets.UTF_8);
    }
}
