package dev.headwater.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Gives a Matrix error as body to the bare 431 with which the codec of HTTP/2 answers headers that it does not decode to
 * their end. The codec has no place to change that answer, but it asks the flow controller of its connection whether the
 * end of a stream has to wait there; so this stands before the real one, takes that end, and sends its own.
 */
final class UndecodedHeaders implements Http2RemoteFlowController {
    private static final int STATUS = 431;

    private final ChannelHandlerContext codec;
    private final Http2ConnectionEncoder encoder;
    private final Http2RemoteFlowController flow;

    /** The highest stream whose headers came out of the codec; numbers only grow. */
    private int decoded;

    private UndecodedHeaders(ChannelHandlerContext codec, Http2ConnectionEncoder encoder) {
        this.codec = codec;
        this.encoder = encoder;
        this.flow = encoder.flowController();
    }

    static void install(ChannelHandlerContext codec) {
        Http2ConnectionEncoder encoder = ((Http2FrameCodec) codec.handler()).encoder();
        UndecodedHeaders controller = new UndecodedHeaders(codec, encoder);
        encoder.connection().remote().flowController(controller);
        codec.pipeline().addAfter(codec.name(), "headwater.decoded", controller.new Decoded());
    }

    private final class Decoded extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2HeadersFrame head) {
                decoded = Math.max(decoded, head.stream().id());
            }
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public boolean hasFlowControlled(Http2Stream stream) {
        return isUndecoded(stream) || flow.hasFlowControlled(stream);
    }

    @Override
    public void addFlowControlled(Http2Stream stream, FlowControlled payload) {
        if (isUndecoded(stream)) {
            refuse(stream);
        } else {
            flow.addFlowControlled(stream, payload);
        }
    }

    private boolean isUndecoded(Http2Stream stream) {
        return stream.id() > decoded && !stream.isHeadersSent();
    }

    private void refuse(Http2Stream stream) {
        MatrixError error = Rescue.fromStatus(STATUS);
        byte[] body = error.body();
        Http2Headers headers = new DefaultHttp2Headers()
                .status(Integer.toString(error.status()))
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        ByteBuf content = codec.alloc().buffer(body.length).writeBytes(body);
        encoder.writeHeaders(codec, stream.id(), headers, 0, false, codec.newPromise());
        encoder.writeData(codec, stream.id(), content, 0, true, codec.newPromise());
        try {
            // The codec is about to reset the stream, which takes back what is still here.
            flow.writePendingBytes();
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        Exchange exchange = new Exchange();
        exchange.status(error.status());
        exchange.bytes(body.length);
        exchange.log(false);
    }

    @Override
    public ChannelHandlerContext channelHandlerContext() {
        return flow.channelHandlerContext();
    }

    @Override
    public void channelHandlerContext(ChannelHandlerContext ctx) throws Http2Exception {
        flow.channelHandlerContext(ctx);
    }

    @Override
    public void writePendingBytes() throws Http2Exception {
        flow.writePendingBytes();
    }

    @Override
    public void listener(Listener listener) {
        flow.listener(listener);
    }

    @Override
    public boolean isWritable(Http2Stream stream) {
        return flow.isWritable(stream);
    }

    @Override
    public void channelWritabilityChanged() throws Http2Exception {
        flow.channelWritabilityChanged();
    }

    @Override
    public void updateDependencyTree(int child, int parent, short weight, boolean exclusive) {
        flow.updateDependencyTree(child, parent, weight, exclusive);
    }

    @Override
    public void initialWindowSize(int bytes) throws Http2Exception {
        flow.initialWindowSize(bytes);
    }

    @Override
    public int initialWindowSize() {
        return flow.initialWindowSize();
    }

    @Override
    public int windowSize(Http2Stream stream) {
        return flow.windowSize(stream);
    }

    @Override
    public void incrementWindowSize(Http2Stream stream, int bytes) throws Http2Exception {
        flow.incrementWindowSize(stream, bytes);
    }
}
