package dev.headwater.gateway.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resets streams that do not begin with a request. The adapter to HTTP/1.1 behind it takes a header block without a method
 * for trailers, so that the stream would stay open without an answer; and where a method or a path has a character that
 * has no place in a request line, it fails without releasing the body that it has just made.
 */
final class StreamHead extends ChannelInboundHandlerAdapter {
    /** Every method that there is; a name may have other characters, but none that is known has. */
    private static final Pattern METHOD = Pattern.compile("[A-Za-z-]{1,32}");

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

    /** The stream is about to be reset; nobody reads what it would have said, and anybody can cause it. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        if (!(failure instanceof Http2Exception)) {
            ctx.fireExceptionCaught(failure);
        }
    }

    private static boolean isRequest(Http2Headers headers) {
        CharSequence method = headers.method();
        if (method == null || !METHOD.matcher(method).matches()) {
            return false;
        }
        return HttpMethod.CONNECT.asciiName().contentEquals(method)
                ? isText(headers.authority())
                : isText(headers.scheme()) && isText(headers.path());
    }

    /** Whether there is something, and neither blanks nor control characters in it. */
    private static boolean isText(@Nullable CharSequence value) {
        if (value == null || value.isEmpty()) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
