package dev.headwater.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.FutureMono;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Writes one response: errors and small bodies whole, with their length; others in chunks at the speed of the reader.
 *
 * <p>Of a streamed body two chunks exist at a time, see {@link ChunkWriter}. Reactor Netty's own {@code send(Flux)} asks for
 * 128 at once, which for a reader that stops would be 4 MiB.
 */
final class ResponseWriter {
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Exchange exchange;
    private final Duration progressTimeout;
    private volatile @Nullable ChannelFuture lastChunk;

    ResponseWriter(
            HttpServerRequest request, HttpServerResponse response, Exchange exchange, Duration progressTimeout) {
        this.request = request;
        this.response = response;
        this.exchange = exchange;
        this.progressTimeout = progressTimeout;
    }

    /** Writes an answer. Fails, with nothing written, if the answer fails before its first chunk. */
    Mono<Void> write(Answer answer) {
        if (answer instanceof Answer.Whole whole) {
            return whole(200, Unpooled.wrappedBuffer(whole.body()));
        }
        Answer.Streamed streamed = (Answer.Streamed) answer;
        return Mono.defer(() -> new ChunkWriter(
                streamed.chunks().apply(response.alloc(), exchange::events),
                channel(),
                progressTimeout,
                new InChunks()));
    }

    /** Writes an error, or, where an answer has begun already, ends the exchange so that nobody takes it for complete. */
    Mono<Void> write(MatrixError error, boolean keepAlive) {
        if (!keepAlive) {
            response.keepAlive(false);
            LingeringClose.arm(channel());
        }
        if (error.retryAfterMillis() != null) {
            long seconds = (error.retryAfterMillis() + 999) / 1000;
            response.header(HttpHeaderNames.RETRY_AFTER, String.valueOf(seconds));
        }
        return whole(error.status(), Unpooled.wrappedBuffer(error.body()));
    }

    /** Whether it is too late for another status. */
    boolean hasBegun() {
        return response.hasSentHeaders();
    }

    /**
     * Ends the exchange unfinished: HTTP/2 resets the stream, and no other; chunked framing lacks its last chunk. HTTP/1.0
     * has no framing, so there the connection is reset, since a plain close would mean the end of the body.
     */
    Mono<Void> abort(Throwable cause) {
        Channel channel = channel();
        if (channel instanceof Http2StreamChannel) {
            channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
        } else if (!HttpVersion.HTTP_1_1.equals(request.version())) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        return FutureMono.from(channel.close()).then(Mono.error(new AbortedException(cause)));
    }

    private Mono<Void> whole(int status, ByteBuf body) {
        exchange.status(status);
        exchange.bytes(body.readableBytes());
        response.status(status).header(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
        return response.sendObject(body).then();
    }

    private final class InChunks implements ChunkWriter.Response {
        @Override
        public void begin() {
            exchange.status(200);
            response.status(200).header(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
            if (!HttpVersion.HTTP_1_1.equals(request.version())) {
                response.responseHeaders().remove(HttpHeaderNames.TRANSFER_ENCODING);
            }
            // If the head cannot be written, the chunk behind it cannot either.
            response.sendHeaders().then().subscribe(none -> {}, failure -> {});
        }

        @Override
        public Mono<Void> whole(ByteBuf only) {
            return ResponseWriter.this.whole(200, only);
        }

        @Override
        public void written(int bytes, ChannelFuture written) {
            exchange.bytes(bytes);
            lastChunk = written;
        }
    }

    /** Runs something once the reader has taken the last chunk that was written, or has gone; at once if there is none. */
    void whenTaken(Runnable then) {
        ChannelFuture last = lastChunk;
        if (last == null) {
            then.run();
        } else {
            last.addListener(taken -> then.run());
        }
    }

    /** Where all of this exchange's bytes are read and written. */
    EventLoop loop() {
        return channel().eventLoop();
    }

    private Channel channel() {
        Channel[] found = new Channel[1];
        response.withConnection(connection -> found[0] = connection.channel());
        return found[0];
    }

    /** The reader took less than a chunk in the time that it has for one. */
    static final class SlowReaderException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SlowReaderException(Duration allowed) {
            super("the reader took less than a chunk in " + allowed, null, false, false);
        }
    }
}
