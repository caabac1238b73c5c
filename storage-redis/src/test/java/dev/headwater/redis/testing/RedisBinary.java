package dev.headwater.redis.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import redis.embedded.core.ExecutableProvider;

/** Which redis-server runs in tests: the one on the PATH, else the one that embedded-redis carries. */
final class RedisBinary {
    private static final Path PATH = find();

    private RedisBinary() {}

    static Path path() {
        return PATH;
    }

    private static Path find() {
        List<String> tried = new ArrayList<>();
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path candidate = Path.of(directory, "redis-server");
            if (Files.isExecutable(candidate) && runs(candidate, tried)) {
                return candidate;
            }
        }
        try {
            Path carried = ExecutableProvider.newJarResourceProvider().get().toPath();
            if (runs(carried, tried)) {
                return carried;
            }
        } catch (IOException | RuntimeException e) {
            tried.add("embedded-redis: " + e);
        }
        throw new IllegalStateException(
                "no redis-server runs here: none on the PATH, and the one of embedded-redis does not run either: "
                        + tried);
    }

    private static boolean runs(Path candidate, List<String> tried) {
        try {
            Process process = new ProcessBuilder(candidate.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() == 0) {
                return true;
            }
            tried.add(candidate + ": " + said.strip());
        } catch (IOException e) {
            tried.add(candidate + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while looking for redis-server", e));
        }
        return false;
    }
}
