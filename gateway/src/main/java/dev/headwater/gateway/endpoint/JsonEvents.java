package dev.headwater.gateway.endpoint;

import dev.headwater.access.AloneSight;
import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.JsonStream;
import dev.headwater.gateway.http.RefusedException;
import dev.headwater.gateway.http.Slice;
import dev.headwater.history.PlacedEvent;
import dev.headwater.history.RoomHead;
import dev.headwater.history.ShownEvents;
import dev.headwater.id.ServerName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Answers that are objects of one or two lists of events. */
final class JsonEvents {
    private static final byte[] END = "]}".getBytes(StandardCharsets.US_ASCII);

    private JsonEvents() {}

    /**
     * One list.
     *
     * @param size how many there are
     */
    record Named(String name, int size, Flux<Slice> events) {}

    /** The lists of an answer; the second may be absent. */
    record Lists(Named first, @Nullable Named second) {
        Lists(Named only) {
            this(only, null);
        }
    }

    /** A list of events as they are shown to who is told the state of their room. */
    static Named shown(String name, List<PlacedEvent> listed, RoomHead room, ShownEvents events) {
        return new Named(
                name,
                listed.size(),
                events.at(room.room(), PlacedEvent.places(listed), AloneSight.ofState())
                        .map(event -> ShownBytes.of(event, room.roomVersion())));
    }

    /**
     * A transaction of at least one event.
     *
     * @param ifNone what the answer fails with, with nothing written, if there is no event
     */
    static Answer transaction(ServerName origin, Clock clock, Flux<Slice> events, Supplier<RefusedException> ifNone) {
        return new Answer.Streamed((allocator, written) -> {
            String begin = "{\"origin\":\"" + origin + "\",\"origin_server_ts\":" + clock.millis() + ",\"pdus\":[";
            return new JsonStream(begin.getBytes(StandardCharsets.UTF_8), events, END, allocator, written)
                    .switchIfEmpty(Flux.error(ifNone));
        });
    }

    /** One list, which may be empty. */
    static Answer array(String begin, Flux<Slice> events, String end) {
        return new Answer.Streamed((allocator, written) -> stream(begin, events, end, allocator, written));
    }

    /** Lists, which may be empty, of which it turns out only while the answer is asked for what they are, or that there is none. */
    static Answer later(Mono<Lists> lists) {
        return new Answer.Streamed(
                (allocator, written) -> lists.flatMapMany(found -> stream(found, allocator, written)));
    }

    private static Flux<ByteBuf> stream(Lists lists, ByteBufAllocator allocator, LongConsumer written) {
        Named first = lists.first;
        Named second = lists.second;
        String begin = "{\"" + first.name + "\":[";
        if (second == null) {
            return stream(begin, first.events, "]}", allocator, written);
        }
        String between = "],\"" + second.name + "\":[";
        if (first.size == 0) {
            return stream(begin + between, second.events, "]}", allocator, written);
        }
        if (second.size == 0) {
            return stream(begin, first.events, between + "]}", allocator, written);
        }
        // The comma that comes between any two events comes between the two lists as well.
        Flux<Slice> ended = first.events
                .index()
                .map(event ->
                        event.getT1() == first.size - 1 ? joined(List.of(event.getT2(), slice("]"))) : event.getT2());
        Flux<Slice> begun = second.events
                .index()
                .map(event -> event.getT1() == 0
                        ? joined(List.of(slice(between.substring(2)), event.getT2()))
                        : event.getT2());
        return stream(begin, Flux.concat(ended, begun), "]}", allocator, written);
    }

    private static Flux<ByteBuf> stream(
            String begin, Flux<Slice> events, String end, ByteBufAllocator allocator, LongConsumer written) {
        byte[] first = begin.getBytes(StandardCharsets.UTF_8);
        byte[] last = end.getBytes(StandardCharsets.UTF_8);
        return new JsonStream(first, events, last, allocator, written)
                .switchIfEmpty(Flux.defer(() -> Flux.just(Unpooled.wrappedBuffer(first, last))));
    }

    private static Slice slice(String text) {
        return Slice.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Slice joined(List<Slice> parts) {
        byte[] all = new byte[parts.stream().mapToInt(Slice::length).sum()];
        int at = 0;
        for (Slice part : parts) {
            System.arraycopy(part.array(), part.offset(), all, at, part.length());
            at += part.length();
        }
        return Slice.of(all);
    }
}
