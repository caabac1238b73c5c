package dev.headwater.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import reactor.core.publisher.Flux;

/** A JSON answer with status 200: at hand, or written while it is read from the store. */
public sealed interface Answer {
    /** A small body at hand. */
    record Whole(byte[] body) implements Answer {}

    /**
     * A body in chunks.
     *
     * @param chunks makes the body from a source of buffers and a listener to the number of events written so far. Every
     *     chunk but the last has {@link JsonStream#CHUNK_BYTES}; an error before the first chunk still becomes a proper
     *     error answer. The subscriber releases what it receives
     */
    record Streamed(BiFunction<ByteBufAllocator, LongConsumer, Flux<ByteBuf>> chunks) implements Answer {}
}
