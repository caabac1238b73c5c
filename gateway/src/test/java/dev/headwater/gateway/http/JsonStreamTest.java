package dev.headwater.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class JsonStreamTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final AtomicLong written = new AtomicLong();

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private Flux<ByteBuf> stream(Flux<Slice> events) {
        return new JsonStream(bytes("{\"pdus\":["), events, bytes("]}"), allocator, written::set);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Slice event(int number, int size) {
        String head = "{\"n\":" + number + ",\"x\":\"";
        return Slice.of(bytes(head + "x".repeat(Math.max(0, size - head.length() - 2)) + "\"}"));
    }

    private static String drain(Flux<ByteBuf> chunks) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List<Integer> sizes = new ArrayList<>();
        chunks.doOnNext(chunk -> {
                    sizes.add(chunk.readableBytes());
                    byte[] copy = new byte[chunk.readableBytes()];
                    chunk.readBytes(copy);
                    chunk.release();
                    all.writeBytes(copy);
                })
                .blockLast();
        if (!sizes.isEmpty()) {
            assertThat(sizes.subList(0, sizes.size() - 1)).allMatch(size -> size == JsonStream.CHUNK_BYTES);
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    @Test
    void splicesEventsIntoOneArray() {
        Flux<Slice> events = Flux.just(Slice.of(bytes("{}")), new Slice(bytes("__{\"a\":1}__"), 2, 7));
        assertThat(drain(stream(events))).isEqualTo("{\"pdus\":[{},{\"a\":1}]}");
        assertThat(written).hasValue(2);
    }

    @Test
    void isEmptyWithoutEvents() {
        StepVerifier.create(stream(Flux.empty())).verifyComplete();
        StepVerifier.create(stream(Flux.empty()), 0).verifyComplete();
    }

    @Test
    void writesTheSameBytesWhateverTheSizesAndThreads() {
        long seed = Long.getLong("headwater.seed", 20261127);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<Slice> events = new ArrayList<>();
            int count = 1 + random.nextInt(60);
            for (int i = 0; i < count; i++) {
                events.add(event(i, random.nextInt(random.nextBoolean() ? 70_000 : 900)));
            }
            String expected = events.stream()
                    .map(e -> new String(e.array(), StandardCharsets.UTF_8))
                    .collect(Collectors.joining(",", "{\"pdus\":[", "]}"));
            Flux<Slice> source = Flux.fromIterable(events);
            if (round % 3 == 1) {
                source = source.publishOn(Schedulers.parallel(), 1 + random.nextInt(8));
            }
            Flux<ByteBuf> chunks = stream(source);
            if (round % 2 == 1) {
                chunks = chunks.publishOn(Schedulers.single(), 1);
            }
            assertThat(drain(chunks)).as("seed %d round %d", seed, round).isEqualTo(expected);
        }
    }

    @Test
    void endsInAFullChunkWhenTheLastByteFillsIt() {
        for (int missing = -3; missing <= 3; missing++) {
            int around = bytes("{\"pdus\":[]}").length;
            Slice event = event(0, JsonStream.CHUNK_BYTES - around + missing);
            assertThat(drain(stream(Flux.just(event)))).hasSize(JsonStream.CHUNK_BYTES + missing);
        }
    }

    @Test
    void needsNoPageAnyMoreOnceAChunkIsFull() {
        int around = bytes("{\"pdus\":[,").length;
        for (int missing = -3; missing <= 3; missing++) {
            List<Slice> events = List.of(event(0, JsonStream.CHUNK_BYTES - around + missing), event(1, 900));
            String expected = events.stream()
                    .map(e -> new String(e.array(), StandardCharsets.UTF_8))
                    .collect(Collectors.joining(",", "{\"pdus\":[", "]}"));
            List<Slice> taken = new ArrayList<>();
            StringBuilder read = new StringBuilder();
            StepVerifier.create(stream(Flux.fromIterable(events).doOnNext(taken::add)), 1)
                    .consumeNextWith(chunk -> {
                        read.append(chunk.toString(StandardCharsets.UTF_8));
                        chunk.release();
                        taken.forEach(event -> Arrays.fill(event.array(), (byte) '!'));
                    })
                    .thenRequest(1)
                    .consumeNextWith(chunk -> {
                        read.append(chunk.toString(StandardCharsets.UTF_8));
                        chunk.release();
                    })
                    .verifyComplete();
            assertThat(read).hasToString(expected);
        }
    }

    @Test
    void asksForNothingWithoutDemand() {
        TestPublisher<Slice> source = TestPublisher.create();
        StepVerifier.create(stream(source.flux()), 0)
                .expectSubscription()
                .then(source::assertWasNotRequested)
                .thenCancel()
                .verify();
        source.assertCancelled();
    }

    @Test
    void drawsNoMoreEventsThanTheDemandedChunksHold() {
        AtomicLong drawn = new AtomicLong();
        Flux<Slice> source = Flux.range(0, 1_000_000).map(i -> event(i, 1_000)).doOnNext(e -> drawn.incrementAndGet());
        AtomicLong chunks = new AtomicLong();
        StepVerifier.create(stream(source).doOnNext(ByteBuf::release).doOnNext(c -> chunks.incrementAndGet()), 0)
                .thenRequest(1)
                .expectNextCount(1)
                .then(() -> assertThat(drawn.get()).isLessThanOrEqualTo(JsonStream.CHUNK_BYTES / 1_000 + 8))
                .thenRequest(9)
                .expectNextCount(9)
                .then(() -> assertThat(drawn.get()).isLessThanOrEqualTo(10L * JsonStream.CHUNK_BYTES / 1_000 + 40))
                .thenCancel()
                .verify();
    }

    @Test
    void keepsNoEventWaitingForAReaderThatStops() {
        AtomicLong drawn = new AtomicLong();
        // The small ones would make one expect many to a chunk.
        Flux<Slice> source =
                Flux.range(0, 1_000).map(i -> event(i, i < 20 ? 100 : 65_000)).doOnNext(e -> drawn.incrementAndGet());
        StepVerifier.create(stream(source).doOnNext(ByteBuf::release), 0)
                .thenRequest(1)
                .expectNextCount(1)
                .then(() -> assertThat(drawn.get())
                        .as("those that are written, or begun")
                        .isEqualTo(written.get()))
                .thenCancel()
                .verify();
    }

    @Test
    void passesAnErrorOnAtOnceAndDropsWhatWasBegun() {
        Flux<Slice> source =
                Flux.range(0, 10).map(i -> event(i, 100)).concatWith(Flux.error(new IllegalStateException("gone")));
        StepVerifier.create(stream(source)).verifyErrorMessage("gone");
        Flux<Slice> late =
                Flux.range(0, 100).map(i -> event(i, 1_000)).concatWith(Flux.error(new IllegalStateException("gone")));
        StepVerifier.create(stream(late).doOnNext(ByteBuf::release))
                .thenConsumeWhile(chunk -> true)
                .verifyErrorMessage("gone");
    }

    @Test
    void releasesTheChunkInWorkWhenCancelled() {
        TestPublisher<Slice> source = TestPublisher.create();
        StepVerifier.create(stream(source.flux()))
                .then(() -> source.next(event(0, 100)))
                .thenCancel()
                .verify();
        source.assertCancelled();
    }

    @Test
    void releasesWhatIsQueuedBehindItWhenCancelled() {
        StepVerifier.create(
                        stream(Flux.range(0, 10_000).map(i -> event(i, 1_000)))
                                .publishOn(Schedulers.single(), 4)
                                .doOnDiscard(ByteBuf.class, ByteBuf::release),
                        0)
                .thenRequest(1)
                .consumeNextWith(ByteBuf::release)
                .thenCancel()
                .verify();
        org.awaitility.Awaitility.await().until(() -> allocator.metric().usedDirectMemory() == 0);
    }

    @Test
    void worksOnPooledBuffersToo() {
        String body = drain(new JsonStream(
                bytes("["),
                Flux.fromStream(IntStream.range(0, 500).mapToObj(i -> event(i, 850))),
                bytes("]"),
                PooledByteBufAllocator.DEFAULT,
                written::set));
        assertThat(body).startsWith("[{\"n\":0,").endsWith("]").hasSize(2 + 500 * 850 + 499);
    }

    /**
     * Without Netty's leak detection, which would allocate most. Found: 9 bytes on Java 17 and 11 on Java 25, shares of a chunk
     * and of the queue's next piece. The smallest object for each event would bring it to 25.
     */
    @Test
    void allocatesNoObjectForAnEvent() {
        UnpooledByteBufAllocator untracked = new UnpooledByteBufAllocator(true, true);
        int events = 10_000;
        Flux<Slice> source = Flux.fromIterable(Collections.nCopies(events, event(0, 850)));
        Flux<ByteBuf> chunks = new JsonStream(bytes("["), source, bytes("]"), untracked, written::set);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long anEvent = 0;
        for (int round = 0; round < 20; round++) { // the first ones load classes
            long before = threads.getCurrentThreadAllocatedBytes();
            chunks.doOnNext(ByteBuf::release).blockLast();
            anEvent = (threads.getCurrentThreadAllocatedBytes() - before) / events;
        }
        System.err.println(anEvent + " bytes are allocated for each event that is written");
        assertThat(anEvent).isPositive().isLessThan(16);
    }
}
