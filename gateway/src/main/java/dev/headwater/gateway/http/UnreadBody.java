package dev.headwater.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** The body of a request that was refused without reading it. */
final class UnreadBody {
    /** Reading this much is cheaper than a new connection. */
    private static final int DRAINED_AT_MOST = 64 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private UnreadBody() {}

    /**
     * Reads and drops the rest of the body, so that the next request on the connection can be found. False if there is
     * too much of it, or it does not come: then the connection is of no further use. Subscribing starts reading.
     */
    static Mono<Boolean> drain(HttpServerRequest request) {
        if (!HttpRules.announcesBody(request.requestHeaders())) {
            return Mono.just(true);
        }
        if (request.requestHeaders().contains(HttpHeaderNames.EXPECT)) {
            return Mono.just(false); // reading would invite the body
        }
        return request.receive()
                .map(ByteBuf::readableBytes)
                .scan(0L, Long::sum)
                .takeUntil(total -> total > DRAINED_AT_MOST)
                .last(0L)
                .timeout(PATIENCE)
                .map(total -> total <= DRAINED_AT_MOST)
                .onErrorReturn(false);
    }
}
