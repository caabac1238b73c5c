package dev.headwater.gateway.endpoint;

import com.sun.management.ThreadMXBean;
import dev.headwater.gateway.Gateway;
import dev.headwater.gateway.cache.CachedEventStore;
import dev.headwater.history.MemoryEventStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

/**
 * A gateway whose pages are all in its cache, as a {@link GatewayProcess}: answers with how many bytes its event loops
 * have allocated on the heap so far.
 */
final class WarmGateway {
    static final int EVENTS = 300;
    private static final long CACHE_BYTES = 64 * 1024 * 1024;

    private WarmGateway() {}

    /** @param arguments the asker's public key */
    public static void main(String[] arguments) throws IOException {
        MemoryEventStore memory = new MemoryEventStore();
        LongRoom.write(memory, EVENTS);
        Gateway gateway = SmallGateway.start(new CachedEventStore(memory, CACHE_BYTES), arguments[0], EVENTS);
        while (System.in.read() >= 0) {
            System.out.println(allocatedByEventLoops());
        }
        gateway.stop().block(Duration.ofSeconds(30));
    }

    private static long allocatedByEventLoops() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] loops = Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(Objects::nonNull)
                .filter(thread -> thread.getThreadName().startsWith("headwater-http-"))
                .mapToLong(ThreadInfo::getThreadId)
                .toArray();
        return Arrays.stream(threads.getThreadAllocatedBytes(loops)).sum();
    }
}
