package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void writesALineNowAndThenWhereNobodyWatches() {
        StringWriter err = new StringWriter();
        AtomicLong clock = new AtomicLong();
        Surroundings surroundings = new Surroundings(
                new PrintWriter(OutputStream.nullOutputStream()),
                new PrintWriter(err),
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                Map.of(),
                false);
        try (Progress progress = Progress.of(surroundings, "import", "events", 200, clock::get)) {
            progress.at(1);
            clock.addAndGet(Duration.ofSeconds(5).toNanos());
            progress.at(50);
            progress.at(51);
            clock.addAndGet(Duration.ofSeconds(6).toNanos());
            progress.at(200);
        }

        assertThat(err.toString().lines())
                .containsExactly("import: 50 of 200 events, 25 %", "import: 200 of 200 events, 100 %");
    }
}
