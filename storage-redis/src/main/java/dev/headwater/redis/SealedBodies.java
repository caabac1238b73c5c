package dev.headwater.redis;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.util.Native;
import dev.headwater.history.PageId;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Bodies of sealed pages as they are stored: one frame of zstd, which says how long it is unpacked and ends with a checksum.
 * A page that is not sealed begins with an event and so never as a frame does.
 *
 * <p>What unpacks a frame takes a hundred KiB or so outside the heap and longer to make than a frame to unpack, so it is used again:
 * there are as many as have ever been in use at once. Thread safe.
 */
final class SealedBodies implements AutoCloseable {
    /** The next ones save a few hundredths and take three times as long; docs/decisions.md has the figures. */
    private static final int LEVEL = 3;

    private final Queue<ZstdDecompressCtx> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /**
     * Loads the native library if that is not done yet, from a file that it is copied to; this blocks.
     *
     * @throws IllegalStateException if it cannot be loaded
     */
    static void load() {
        try {
            Native.load();
        } catch (UnsatisfiedLinkError e) {
            throw new IllegalStateException(
                    "the native library of zstd cannot be loaded (another directory for it: -DZstdTempFolder=DIR): "
                            + e.getMessage(),
                    e);
        }
    }

    /** This takes a hundred microseconds or so. */
    byte[] seal(byte[] bodies) {
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            return zstd.setLevel(LEVEL).setChecksum(true).compress(bodies);
        }
    }

    /** @throws UnreadableRecordException if {@code frame} is none, or of more bytes than a page can have */
    byte[] open(byte[] frame) {
        long length = frame.length == 0 ? -1 : Zstd.getFrameContentSize(frame);
        if (length < 0 || length > PageId.MAX_LENGTH) {
            throw new UnreadableRecordException("a sealed page that says it has " + length + " bytes");
        }
        byte[] bodies = new byte[(int) length];
        ZstdDecompressCtx pooled = idle.poll();
        ZstdDecompressCtx zstd = pooled == null ? new ZstdDecompressCtx() : pooled;
        try {
            if (zstd.decompress(bodies, frame) != bodies.length) {
                throw new UnreadableRecordException(
                        "a sealed page of fewer bytes than the " + length + " that it says");
            }
        } catch (ZstdException e) {
            throw new UnreadableRecordException("a sealed page that cannot be unpacked: " + e.getMessage());
        } finally {
            idle.add(zstd);
            if (closed) {
                close();
            }
        }
        return bodies;
    }

    /** Gives back what is held outside the heap; whoever unpacks all the same gives back what that takes. */
    @Override
    public void close() {
        closed = true;
        for (ZstdDecompressCtx zstd = idle.poll(); zstd != null; zstd = idle.poll()) {
            zstd.close();
        }
    }
}
