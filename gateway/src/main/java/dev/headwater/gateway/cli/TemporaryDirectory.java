package dev.headwater.gateway.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory that is gone, with all that is in it, when the command ends. */
final class TemporaryDirectory {
    private TemporaryDirectory() {}

    static Path create(OnExit onExit) {
        try {
            // Readable by nobody else: signing keys lie in it.
            Path directory = Files.createTempDirectory("headwater-demo-");
            onExit.add(() -> delete(directory));
            return directory;
        } catch (IOException e) {
            throw CommandException.failed("no temporary directory can be made: " + e.getMessage());
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // What stays behind is small, and lies where the system cleans up.
            return;
        }
    }
}
