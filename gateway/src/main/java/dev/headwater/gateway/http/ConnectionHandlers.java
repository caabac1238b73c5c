package dev.headwater.gateway.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;

/**
 * What stands in a connection's pipeline beside what Reactor Netty puts there. Over TLS that is known only when the
 * protocol has been negotiated.
 */
final class ConnectionHandlers {
    /** Never so many: what is flushed in one turn of the event loop leaves in one system call. */
    private static final int FLUSHES_AT_ONCE = 256;

    private final ServerOptions options;

    ConnectionHandlers(ServerOptions options) {
        this.options = options;
    }

    /** Prepares a connection that was just accepted. */
    void connection(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addFirst("headwater.flush", new FlushConsolidationHandler(FLUSHES_AT_ONCE, true));
        if (pipeline.get(SslHandler.class) == null) {
            http11(pipeline);
        } else {
            pipeline.addBefore(NettyPipeline.H2OrHttp11Codec, "headwater.negotiated", new Negotiated());
        }
    }

    /** Prepares a stream of HTTP/2, which is a channel of its own, when it has been opened. */
    void stream(Connection connection, ConnectionObserver.State state) {
        if (state == ConnectionObserver.State.CONNECTED && connection.channel() instanceof Http2StreamChannel stream) {
            stream.pipeline()
                    .addBefore(NettyPipeline.H2ToHttp11Codec, "headwater.head", new StreamHead())
                    .addAfter(NettyPipeline.H2ToHttp11Codec, "headwater.answers", answerDeadline())
                    .addAfter(NettyPipeline.H2ToHttp11Codec, "headwater.errors", new ErrorBodies());
        }
    }

    private void http11(ChannelPipeline pipeline) {
        pipeline.addAfter(NettyPipeline.HttpCodec, "headwater.answers", answerDeadline());
        pipeline.addAfter(NettyPipeline.HttpCodec, "headwater.errors", new ErrorBodies());
        HeadDeadline.install(pipeline, NettyPipeline.HttpCodec, options.requestTimeout());
        pipeline.addBefore(NettyPipeline.HttpCodec, "headwater.linger", new LingeringClose());
    }

    private AnswerDeadline answerDeadline() {
        return new AnswerDeadline(options.progressTimeout());
    }

    private void http2(ChannelPipeline pipeline) {
        UndecodedHeaders.install(pipeline.context(Http2FrameCodec.class));
        FrameGuard guard = new FrameGuard(options.requestTimeout(), options.progressTimeout());
        pipeline.addBefore(NettyPipeline.HttpCodec, "headwater.frames", guard);
        pipeline.addBefore(NettyPipeline.HttpCodec, "headwater.linger", new LingeringClose());
        // Streams under way have their progress to make, and what is left is a goodbye that is not taken.
        long patience = 1
                + options.progressTimeout().toMillis()
                        / Math.max(1, options.idleTimeout().toMillis());
        pipeline.addLast("headwater.end", new Http2End(guard, (int) Math.min(patience, Integer.MAX_VALUE)));
    }

    /** Stands before what chooses the codec, lets it choose, and then adds what belongs to that. */
    private final class Negotiated extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ctx.fireUserEventTriggered(event);
            if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
                ChannelPipeline pipeline = ctx.pipeline();
                if (pipeline.get(Http2FrameCodec.class) != null) {
                    http2(pipeline);
                } else if (pipeline.get(NettyPipeline.HttpCodec) != null) {
                    http11(pipeline);
                }
                pipeline.remove(this);
            }
        }
    }
}
