package dev.headwater.loadtest.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class HistoryTrafficIT {
    @Test
    void twoGatewaysOverAClusterAnswerEverythingAndAReportIsWritten(@TempDir Path directory) throws Exception {
        assertThat(new CommandLine(new Prepare())
                        .execute("--out", directory.toString(), "--rooms", "4", "--events", "1000"))
                .isZero();
        try (Deployment deployment = new Deployment()) {
            deployment.importRooms(directory);
            List<String> urls = deployment.startGateways(directory, 2);
            Path report = directory.resolve("report");
            Path output = directory.resolve("output");
            Process gatling = gatling(directory, urls, report, output);
            assertThat(gatling.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
            String said = Files.readString(output);
            assertThat(gatling.exitValue()).as(said).isZero();
            assertThat(said).contains("backfill 100").contains("failed events is 0.0 : true");
            try (Stream<Path> files = Files.walk(report)) {
                assertThat(files).anyMatch(file -> file.endsWith("index.html"));
            }
        }
    }

    /** In a process of its own, since Gatling ends the one it runs in. */
    private static Process gatling(Path directory, List<String> urls, Path report, Path output) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "-Dtraffic=" + directory,
                        "-Durl=" + String.join(",", urls),
                        "-Dseconds=3",
                        "-Drate=3",
                        "-Djoiners=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.gatling.app.Gatling",
                        "-s",
                        HistoryTraffic.class.getName(),
                        "-rf",
                        report.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }
}
