package dev.headwater.gateway.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Resets streams that do not begin with a request: the adapter to HTTP/1.1 behind it takes a header block without a method
 * for trailers, and the stream would stay open without an answer.
 */
final class StreamHead extends ChannelInboundHandlerAdapter {
    private boolean begun;
    private boolean refused;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!begun && message instanceof Http2HeadersFrame head) {
            begun = true;
            refused = !isRequest(head.headers());
            if (refused) {
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.PROTOCOL_ERROR));
            }
        }
        if (refused) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private static boolean isRequest(Http2Headers headers) {
        if (isAbsent(headers.method())) {
            return false;
        }
        return HttpMethod.CONNECT.asciiName().contentEquals(headers.method())
                ? !isAbsent(headers.authority())
                : !isAbsent(headers.scheme()) && !isAbsent(headers.path());
    }

    private static boolean isAbsent(@Nullable CharSequence value) {
        return value == null || value.isEmpty();
    }
}
