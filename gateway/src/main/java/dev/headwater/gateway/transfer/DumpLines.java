package dev.headwater.gateway.transfer;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The lines of a dump, by position, each without the blanks around it. Memory stays at one buffer and one line. */
final class DumpLines implements Closeable {
    /**
     * The longest line that is read. An event has at most 64 KiB, but a line may carry an {@code unsigned} beside it,
     * and escapes may take six bytes for one.
     */
    static final int MAX_LINE = 1 << 20;

    private static final int BUFFER = 1 << 16;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
    private long next;

    /**
     * A line.
     *
     * @param position where it begins in the file
     * @param bytes the line, or null if it is longer than {@link #MAX_LINE}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Line(long position, byte @Nullable [] bytes) {
        int length() {
            return bytes == null ? MAX_LINE : bytes.length;
        }
    }

    DumpLines(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    /** The file's length in bytes. */
    long length() throws IOException {
        return channel.size();
    }

    /** How far {@link #read} has come, in bytes. */
    long position() {
        return next;
    }

    /** Continues with the line at a position. */
    void seek(long position) throws IOException {
        long start = channel.position() - buffer.limit();
        if (position >= start && position <= channel.position()) {
            buffer.position((int) (position - start));
        } else {
            channel.position(position);
            buffer.limit(0);
        }
        next = position;
    }

    /** The next line that is not blank; null at the end. */
    @Nullable
    Line read() throws IOException {
        while (true) {
            long start = next;
            ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
            boolean any = readTo(line);
            byte[] bytes = line.toByteArray();
            if (bytes.length > MAX_LINE) {
                return new Line(start, null);
            }
            byte[] stripped = strip(bytes);
            if (stripped.length > 0) {
                return new Line(start, stripped);
            }
            if (!any) {
                return null;
            }
        }
    }

    /** Reads up to and with the next line feed; false at the end of the file. */
    private boolean readTo(ByteArrayOutputStream line) throws IOException {
        while (true) {
            if (!buffer.hasRemaining()) {
                buffer.clear();
                int count = channel.read(buffer);
                buffer.flip();
                if (count < 0) {
                    return false;
                }
            }
            int begin = buffer.position();
            int end = begin;
            while (end < buffer.limit() && buffer.get(end) != '\n') {
                end++;
            }
            // What exceeds the bound is skipped, not kept.
            line.write(buffer.array(), begin, Math.min(end - begin, Math.max(0, MAX_LINE + 1 - line.size())));
            boolean found = end < buffer.limit();
            buffer.position(found ? end + 1 : end);
            next += buffer.position() - begin;
            if (found) {
                return true;
            }
        }
    }

    private static byte[] strip(byte[] line) {
        int begin = 0;
        int end = line.length;
        while (begin < end && isBlank(line[begin])) {
            begin++;
        }
        while (end > begin && isBlank(line[end - 1])) {
            end--;
        }
        return Arrays.copyOfRange(line, begin, end);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
