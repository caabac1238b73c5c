package dev.headwater.gateway.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the time that the end of an answer takes to leave, which for a small one is all of it. {@link ResponseWriter}
 * has handed it over by then and is told nothing more. On a connection of HTTP/1.1, or on one stream of HTTP/2.
 */
final class AnswerDeadline extends ChannelDuplexHandler {
    private final long allowedNanos;
    private @Nullable ChannelFuture last;
    private long since;
    private @Nullable Future<?> timer;

    AnswerDeadline(Duration allowed) {
        allowedNanos = allowed.toNanos();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof LastHttpContent)) {
            ctx.write(message, promise);
            return;
        }
        ChannelPromise watched = promise.unvoid();
        last = watched;
        since = System.nanoTime();
        ctx.write(message, watched);
        // One timer at a time, however many answers pass while it runs.
        if (timer == null && !watched.isDone()) {
            schedule(ctx, allowedNanos);
        }
    }

    private void schedule(ChannelHandlerContext ctx, long nanos) {
        timer = ctx.executor().schedule(() -> check(ctx), nanos, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext ctx) {
        timer = null;
        ChannelFuture waiting = last;
        if (waiting == null || waiting.isDone()) {
            last = null;
            return;
        }
        long left = allowedNanos - (System.nanoTime() - since);
        if (left > 0) {
            schedule(ctx, left);
            return;
        }
        if (ctx.channel() instanceof Http2StreamChannel) {
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
            timer = null;
        }
        last = null;
        ctx.fireChannelInactive();
    }
}
