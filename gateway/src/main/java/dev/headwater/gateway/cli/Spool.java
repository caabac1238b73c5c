package dev.headwater.gateway.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** What comes in once, kept in a temporary file so that it can be read twice. */
final class Spool implements AutoCloseable {
    private final Path file;

    private Spool(Path file) {
        this.file = file;
    }

    /** Reads a stream to its end. */
    static Spool of(InputStream in) {
        try {
            Path file = Files.createTempFile("headwater-", ".ndjson");
            Spool spool = new Spool(file);
            try {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                return spool;
            } catch (IOException e) {
                spool.close();
                throw e;
            }
        } catch (IOException e) {
            throw CommandException.failed("standard input cannot be kept in a temporary file: " + e.getMessage());
        }
    }

    Path file() {
        return file;
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // It lies in the system's temporary directory, which is emptied anyway.
            return;
        }
    }
}
