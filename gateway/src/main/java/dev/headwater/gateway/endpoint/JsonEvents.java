package dev.headwater.gateway.endpoint;

import dev.headwater.gateway.http.Answer;
import dev.headwater.gateway.http.JsonStream;
import dev.headwater.gateway.http.Slice;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import reactor.core.publisher.Flux;

/** Answers that are arrays of events, and may be empty. */
final class JsonEvents {
    private JsonEvents() {}

    static Answer array(String begin, Flux<Slice> events, String end) {
        byte[] first = begin.getBytes(StandardCharsets.UTF_8);
        byte[] last = end.getBytes(StandardCharsets.UTF_8);
        return new Answer.Streamed((allocator, written) -> new JsonStream(first, events, last, allocator, written)
                .switchIfEmpty(Flux.defer(() -> Flux.just(Unpooled.wrappedBuffer(first, last)))));
    }
}
