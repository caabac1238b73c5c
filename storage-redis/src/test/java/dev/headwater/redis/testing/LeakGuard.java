package dev.headwater.redis.testing;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test class in which a Netty buffer, or another tracked resource, was lost without being released.
 *
 * <p>Netty only logs what it finds. JUnit finds this extension by itself, in each module that has the test-jar of
 * storage-redis on its class path, before the first buffer is allocated. A leak is seen when the garbage collector has
 * taken the lost object, so it is collected after each class; a leak may show in a later class than it was made in.
 */
public final class LeakGuard implements AfterAllCallback {
    private static final Queue<String> REPORTS = new ConcurrentLinkedQueue<>();
    private static final long PATIENCE_MILLIS = 10_000;

    static {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new RecordingFactory());
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        List<String> leaks = collect();
        if (!leaks.isEmpty()) {
            throw new AssertionError(
                    leaks.size() + " resources were lost without being released, the first of them:\n" + leaks.get(0));
        }
    }

    /** Collects garbage and returns, once, what has been reported since the last call. */
    static List<String> collect() throws InterruptedException {
        var queue = new ReferenceQueue<Object>();
        var canary = new PhantomReference<>(new Object(), queue);
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        do {
            System.gc();
            if (System.nanoTime() > end) {
                throw new AssertionError("garbage is not collected, so that leaks cannot be seen");
            }
        } while (queue.remove(100) != canary);
        // Netty looks for lost buffers whenever it allocates one.
        PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        List<String> reports = new ArrayList<>();
        for (String report = REPORTS.poll(); report != null; report = REPORTS.poll()) {
            reports.add(report);
        }
        return reports;
    }

    private static final class RecordingFactory extends ResourceLeakDetectorFactory {
        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return new RecordingDetector<>(resource, samplingInterval);
        }
    }

    private static final class RecordingDetector<T> extends ResourceLeakDetector<T> {
        RecordingDetector(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            REPORTS.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            REPORTS.add(resourceType + ", without a trace: is the leak detection level paranoid?");
        }
    }
}
