package dev.headwater.gateway.http;

import dev.headwater.gateway.http.RefusedException.Cause;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the time from the first byte of a request to the end of its headers. The idle timeout alone does not: every
 * byte that trickles in starts it anew. Two handlers, before the codec and behind it, on one connection.
 */
final class HeadDeadline {
    private final long millis;
    private int inFlight;
    private boolean headOpen = true;
    private @Nullable Future<?> deadline;
    private @Nullable ChannelHandlerContext behindCodec;

    private HeadDeadline(Duration allowed) {
        millis = allowed.toMillis();
    }

    static void install(ChannelPipeline pipeline, String codec, Duration allowed) {
        HeadDeadline head = new HeadDeadline(allowed);
        pipeline.addBefore(codec, "headwater.headBytes", head.new Bytes());
        pipeline.addAfter(codec, "headwater.heads", head.new Messages());
    }

    private void passed() {
        deadline = null;
        ChannelHandlerContext ctx = behindCodec;
        if (ctx == null) {
            return;
        }
        if (inFlight > 0) {
            ctx.close(); // an error here would be read as the answer to the request before
            return;
        }
        MatrixError error = Rescue.from(new RefusedException(Cause.TOO_SLOW, "the request did not come in time"));
        ctx.writeAndFlush(ErrorBodies.full(ctx, error)).addListener(ChannelFutureListener.CLOSE);
    }

    private void stop() {
        Future<?> running = deadline;
        if (running != null) {
            running.cancel(false);
            deadline = null;
        }
    }

    private final class Bytes extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (headOpen && deadline == null) {
                deadline = ctx.executor().schedule(HeadDeadline.this::passed, millis, TimeUnit.MILLISECONDS);
            }
            ctx.fireChannelRead(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            stop();
            ctx.fireChannelInactive();
        }
    }

    private final class Messages extends ChannelDuplexHandler {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            behindCodec = ctx;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest) {
                inFlight++;
                headOpen = false;
                stop();
            }
            if (message instanceof LastHttpContent) {
                headOpen = true;
            }
            ctx.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            boolean informational = message instanceof HttpResponse response
                    && response.status().code() < 200;
            if (message instanceof LastHttpContent && !informational) {
                inFlight--;
            }
            ctx.write(message, promise);
        }
    }
}
