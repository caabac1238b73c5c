package dev.headwater.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection in two steps where the peer may still be sending: first our half, and the other once the peer has
 * closed, or has had its time. Closing both at once with unread bytes in the socket resets the connection, and the peer
 * may never see the error that it was sent.
 */
final class LingeringClose extends ChannelDuplexHandler {
    private static final long PATIENCE_MILLIS = 1_000;
    private static final int DROPPED_AT_MOST = 1024 * 1024;

    private boolean armed;
    private boolean draining;
    private int dropped;

    /** Makes the channel's next close a lingering one. */
    static void arm(Channel channel) {
        LingeringClose handler = channel.pipeline().get(LingeringClose.class);
        if (handler != null) {
            handler.armed = true;
        }
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (!armed || draining || !(ctx.channel() instanceof SocketChannel socket) || !socket.isActive()) {
            ctx.close(promise);
            return;
        }
        draining = true;
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls == null) {
            socket.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(told -> socket.shutdownOutput());
        }
        socket.config().setAutoRead(true);
        ctx.executor().schedule(() -> ctx.close(promise), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!draining) {
            ctx.fireChannelRead(message);
            return;
        }
        dropped += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (dropped > DROPPED_AT_MOST) {
            ctx.close();
        }
    }
}
