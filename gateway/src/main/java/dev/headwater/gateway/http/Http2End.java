package dev.headwater.gateway.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of the pipeline of an HTTP/2 connection: what nobody before it has dealt with. */
final class Http2End extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Http2End.class);

    private final FrameGuard guard;
    private final int patience;
    private int idlePeriods;

    /**
     * @param guard stands before the codec
     * @param patience how many idle periods a connection may take to say goodbye
     */
    Http2End(FrameGuard guard, int patience) {
        this.guard = guard;
        this.patience = patience;
    }

    /** The codec closes a connection when its farewell has been sent, which a peer that reads nothing prevents. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent idle) {
            idlePeriods = idle.isFirst() ? 1 : idlePeriods + 1;
            if (idlePeriods > patience) {
                ctx.pipeline().context(guard).close();
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    /** The codec is about to tell the peer and to close; a warning for each would let peers fill the log. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        guard.stop(ctx.pipeline().context(guard));
        LOG.debug("A connection of HTTP/2 failed: {}", failure.toString());
    }
}
