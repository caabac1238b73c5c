package dev.headwater.gateway.transfer;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Schedulers;

/** The lines of a dump in batches, read as they are asked for by a thread that may wait for the disk. */
final class DumpBatches {
    /**
     * Some lines.
     *
     * @param end how far the file was read, in bytes
     * @param length the file's length in bytes
     */
    record Batch(List<DumpLines.Line> lines, long end, long length) {}

    private final DumpLines dump;
    private final int maxLines;
    private final int maxBytes;
    private int next;

    private DumpBatches(Path file, int maxLines, int maxBytes) throws IOException {
        this.dump = new DumpLines(file);
        this.maxLines = maxLines;
        this.maxBytes = maxBytes;
    }

    /** All lines, in the file's order. */
    static Flux<Batch> all(Path file, int maxLines, int maxBytes) {
        return batches(file, maxLines, maxBytes, (batches, sink) -> batches.following(sink));
    }

    /** The lines that begin at the given positions, in that order. */
    static Flux<Batch> at(Path file, long[] positions, int maxLines, int maxBytes) {
        return batches(file, maxLines, maxBytes, (batches, sink) -> batches.at(positions, sink));
    }

    private interface Step {
        void take(DumpBatches batches, SynchronousSink<Batch> sink) throws IOException;
    }

    private static Flux<Batch> batches(Path file, int maxLines, int maxBytes, Step step) {
        return Flux.generate(
                        () -> new DumpBatches(file, maxLines, maxBytes),
                        (DumpBatches batches, SynchronousSink<Batch> sink) -> {
                            try {
                                step.take(batches, sink);
                            } catch (IOException e) {
                                sink.error(e);
                            }
                            return batches;
                        },
                        DumpBatches::close)
                .onErrorMap(IOException.class, e -> unreadable(file, e))
                // A file is read by a thread that may wait.
                .subscribeOn(Schedulers.boundedElastic(), true);
    }

    static TransferException unreadable(Path file, IOException e) {
        return new TransferException(
                e instanceof NoSuchFileException
                        ? "'" + file + "' does not exist; expected a room dump"
                        : "'" + file + "' cannot be read (" + e.getMessage() + "); expected a room dump",
                e);
    }

    private void following(SynchronousSink<Batch> sink) throws IOException {
        List<DumpLines.Line> lines = new ArrayList<>();
        int bytes = 0;
        while (lines.size() < maxLines && bytes < maxBytes) {
            DumpLines.Line line = dump.read();
            if (line == null) {
                break;
            }
            lines.add(line);
            bytes += line.length();
        }
        emit(lines, sink);
    }

    private void at(long[] positions, SynchronousSink<Batch> sink) throws IOException {
        List<DumpLines.Line> lines = new ArrayList<>();
        int bytes = 0;
        while (next < positions.length && lines.size() < maxLines && bytes < maxBytes) {
            dump.seek(positions[next++]);
            DumpLines.Line line = dump.read();
            if (line == null) {
                throw new IOException("it was changed while it was read");
            }
            lines.add(line);
            bytes += line.length();
        }
        emit(lines, sink);
    }

    private void emit(List<DumpLines.Line> lines, SynchronousSink<Batch> sink) throws IOException {
        if (lines.isEmpty()) {
            sink.complete();
        } else {
            sink.next(new Batch(lines, dump.position(), dump.length()));
        }
    }

    private void close() {
        try {
            dump.close();
        } catch (IOException e) {
            // It was only read from: nothing can be lost.
            return;
        }
    }
}
