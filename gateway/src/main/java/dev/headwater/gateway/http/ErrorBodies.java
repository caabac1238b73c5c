package dev.headwater.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Gives a Matrix error as body to the errors with which the HTTP layer answers by itself; stands behind the codec. */
final class ErrorBodies extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof FullHttpResponse response
                && response.status().code() >= 400
                && !response.content().isReadable()
                && !response.headers().contains(HttpHeaderNames.CONTENT_TYPE)) {
            MatrixError error = Rescue.fromStatus(response.status().code());
            Exchange exchange = new Exchange();
            exchange.status(error.status());
            FullHttpResponse full = full(ctx, error);
            exchange.bytes(full.content().readableBytes());
            exchange.log(false);
            response.release();
            LingeringClose.arm(ctx.channel());
            ctx.write(full, promise);
        } else {
            ctx.write(message, promise);
        }
    }

    /** An error as a response behind which the connection is closed. */
    static FullHttpResponse full(ChannelHandlerContext ctx, MatrixError error) {
        byte[] body = error.body();
        ByteBuf content = ctx.alloc().buffer(body.length).writeBytes(body);
        FullHttpResponse full =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(error.status()), content);
        full.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return full;
    }
}
