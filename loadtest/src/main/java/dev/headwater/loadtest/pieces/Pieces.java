package dev.headwater.loadtest.pieces;

import dev.headwater.event.EventGate;
import dev.headwater.event.Pdu;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.http.JsonStream;
import dev.headwater.gateway.http.Slice;
import dev.headwater.history.BackfillWalk;
import dev.headwater.history.MemoryEventStore;
import dev.headwater.history.NewEvent;
import dev.headwater.history.Page;
import dev.headwater.history.PageId;
import dev.headwater.history.Pages;
import dev.headwater.history.RoomWriter;
import dev.headwater.history.Sight;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.loadtest.RoomGenerator;
import dev.headwater.loadtest.RoomShape;
import dev.headwater.redis.SidePages;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PduSignatures;
import dev.headwater.sign.SigningKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import reactor.core.publisher.Flux;

/** One operation is what one request for 100 events does, but for the page, which is one of its four. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class Pieces {
    private static final int EVENTS = 2_000;
    private static final int LIMIT = 100;
    private static final RoomShape SHAPE = RoomShape.ordinary(1, EVENTS);

    private final Ed25519 scheme = SignatureProvider.fastest();
    private final SigningKey key =
            RoomGenerator.key(SHAPE.seed(), SHAPE.servers().get(0));
    private final byte[] message = "x".repeat(400).getBytes(StandardCharsets.US_ASCII);
    private final byte[] signature = key.sign(message, scheme);
    private final MemoryEventStore store = new MemoryEventStore();
    private final List<Slice> slices = new ArrayList<>();
    private List<EventId> newest = List.of();
    private RoomId room = RoomId.parse("!none");
    private PageId page = new PageId(0, 0);
    private byte[] sidePage = {};
    private byte[] event = {};

    @Setup
    public void fill() {
        RoomGenerator generator = new RoomGenerator(SHAPE, scheme);
        List<NewEvent> events = new ArrayList<>();
        while (generator.hasNext()) {
            Pdu pdu = generator.next();
            events.add(EventGate.admit(pdu, PduSignatures.trusting(pdu)));
            room = pdu.room();
            newest = List.of(pdu.id());
            event = pdu.bytes();
            if (slices.size() < LIMIT) {
                slices.add(Slice.of(event));
            }
        }
        new RoomWriter(store).write(room, SHAPE.version(), events).block();
        page = new PageId(EVENTS / 2 / PageId.LEVELS, 0);
        Pages read = Objects.requireNonNull(store.plan(room, List.of(page)).block());
        Page whole = Objects.requireNonNull(read.pages().get(page));
        sidePage = SidePages.encode(whole.side());
    }

    /** The walk with its pages at hand. */
    @Benchmark
    public long plan() {
        return Objects.requireNonNull(new BackfillWalk(store)
                .walk(room, newest, LIMIT, side -> Sight.SHOWN)
                .count()
                .block());
    }

    @Benchmark
    public Object pageParse() {
        return SidePages.decode(page, sidePage);
    }

    @Benchmark
    public int jsonStream() {
        int[] bytes = new int[1];
        new JsonStream(
                        new byte[] {'['},
                        Flux.fromIterable(slices),
                        new byte[] {']'},
                        PooledByteBufAllocator.DEFAULT,
                        written -> {})
                .doOnNext((ByteBuf chunk) -> {
                    bytes[0] += chunk.readableBytes();
                    chunk.release();
                })
                .blockLast();
        return bytes[0];
    }

    @Benchmark
    public boolean signature() {
        return scheme.verify(key.verifyKey(), message, signature);
    }

    /** Of one event, parsing included. */
    @Benchmark
    public byte[] canonicalJson() {
        return CanonicalJson.encode(StrictJson.object(event, StrictJson.Numbers.LENIENT));
    }
}
