package dev.headwater.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.headwater.gateway.cache.CachedEventStore;
import dev.headwater.gateway.http.JsonStream;
import dev.headwater.gateway.http.Slice;
import dev.headwater.history.BackfillWalk;
import dev.headwater.history.Located;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.RoomBuilder;
import dev.headwater.history.RoomWriter;
import dev.headwater.history.Sight;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/**
 * What the walk of a request for 100 events and its answer allocate on the heap when the pages are held: the same on a busy
 * machine as on an idle one. What stands around them in a whole request, {@link WarmRequestAllocationIT} counts.
 */
class AllocationTest {
    private static final int EVENTS = 100;
    private static final int WARM_UP = 300;
    private static final int COUNTED = 100;
    /** Found: 240 to 300, less the more has been compiled. A fifth is left for what a new version of a library may bring. */
    private static final long MOST_AN_EVENT = 360;

    private static final Duration LONG = Duration.ofSeconds(30);

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

    @Test
    void allocatesLittleForAnEvent() {
        MemoryEventStore memory = new MemoryEventStore();
        RoomBuilder room = new RoomBuilder("!room:hs.example");
        room.event("e0").body(new byte[850]);
        for (int i = 1; i <= 300; i++) {
            room.event("e" + i).after("e" + (i - 1)).body(new byte[850]);
        }
        new RoomWriter(memory)
                .write(room.room(), RoomBuilder.VERSION, room.events())
                .block(LONG);
        CachedEventStore store = new CachedEventStore(memory, 64 * 1024 * 1024);
        BackfillWalk walk = new BackfillWalk(store);
        for (int i = 0; i < WARM_UP; i++) {
            assertThat(answer(store, walk, room)).isGreaterThan(EVENTS * 850);
        }

        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < COUNTED; i++) {
            answer(store, walk, room);
        }
        long anEvent = (threads.getCurrentThreadAllocatedBytes() - before) / (COUNTED * EVENTS);

        System.out.println(anEvent + " bytes are allocated for each event of a warm request");
        assertThat(anEvent).isPositive().isLessThan(MOST_AN_EVENT);
    }

    private int answer(CachedEventStore store, BackfillWalk walk, RoomBuilder room) {
        Located start = Objects.requireNonNull(
                store.locate(room.room(), List.of(RoomBuilder.id("e300"))).block(LONG));
        Flux<Slice> events = walk.walk(start, EVENTS, side -> Sight.SHOWN, 128)
                .map(event -> ShownBytes.of(event, RoomBuilder.VERSION));
        int[] bytes = new int[1];
        new JsonStream(new byte[] {'['}, events, new byte[] {']'}, allocator, written -> {})
                .doOnNext(chunk -> {
                    bytes[0] += chunk.readableBytes();
                    chunk.release();
                })
                .blockLast(LONG);
        return bytes[0];
    }
}
