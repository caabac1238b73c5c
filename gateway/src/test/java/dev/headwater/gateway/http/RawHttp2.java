package dev.headwater.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A client of HTTP/2 over TLS that sends exactly the frames it is told to, good or bad, and sees exactly what comes. Only
 * the compression of headers is Netty's. Not to be used by two threads at once.
 */
public final class RawHttp2 implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;

    public static final int NO_ERROR = 0;
    public static final int PROTOCOL_ERROR = 1;
    public static final int CANCEL = 8;
    public static final int ENHANCE_YOUR_CALM = 11;
    /** No code of the protocol: a close with unread bytes resets, and a reset takes away what its receiver had not read. */
    static final int RESET = -2;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SSLSocket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersEncoder encoder =
            new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, true);
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    private final Map<Integer, Exchange> exchanges = new HashMap<>();
    private boolean opensWindows = true;
    private int next = 1;
    private @Nullable Frame farewell;

    private RawHttp2(SSLSocket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** Connects and exchanges prefaces. */
    public static RawHttp2 open(InetSocketAddress address) throws IOException {
        return open(address, 0);
    }

    /** @param settings identifier and value in turn */
    public static RawHttp2 open(InetSocketAddress address, int receiveBuffer, int... settings) throws IOException {
        RawHttp2 connection = bare(address, receiveBuffer);
        connection.send(PREFACE);
        connection.frame(SETTINGS, 0, 0, settings(settings));
        return connection;
    }

    /** Connects and sends nothing. */
    static RawHttp2 bare(InetSocketAddress address, int receiveBuffer) throws IOException {
        SSLSocket socket = TrustingTls.connect(address, receiveBuffer, "h2");
        if (!"h2".equals(socket.getApplicationProtocol())) {
            throw new IOException("not h2 but '" + socket.getApplicationProtocol() + "' was negotiated");
        }
        return new RawHttp2(socket);
    }

    static byte[] settings(int... pairs) {
        ByteBuffer payload = ByteBuffer.allocate(pairs.length / 2 * 6);
        for (int i = 0; i < pairs.length; i += 2) {
            payload.putShort((short) pairs[i]).putInt(pairs[i + 1]);
        }
        return payload.array();
    }

    static byte[] int32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /** From now on windows are not opened by themselves. */
    RawHttp2 keepingWindowsShut() {
        opensWindows = false;
        return this;
    }

    RawHttp2 send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    static byte[] bytesOf(int type, int flags, int stream, byte... payload) {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return frame.array();
    }

    RawHttp2 frame(int type, int flags, int stream, byte... payload) throws IOException {
        return send(bytesOf(type, flags, stream, payload));
    }

    /** Names and values in turn, as a header block. */
    byte[] block(String... headers) {
        Http2Headers list = new DefaultHttp2Headers(false);
        for (int i = 0; i < headers.length; i += 2) {
            list.add(headers[i], headers[i + 1]);
        }
        ByteBuf out = Unpooled.buffer();
        try {
            encoder.encodeHeaders(1, list, out);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    /** The number of the next stream, taken. */
    int nextStream() {
        int stream = next;
        next += 2;
        return stream;
    }

    /** Sends a GET without a body; gives its stream. */
    public int get(String target, String... more) throws IOException {
        return request("GET", target, true, more);
    }

    int request(String method, String target, boolean end, String... more) throws IOException {
        String[] headers = new String[8 + more.length];
        System.arraycopy(
                new String[] {":method", method, ":scheme", "https", ":path", target, ":authority", "hs.example"},
                0,
                headers,
                0,
                8);
        System.arraycopy(more, 0, headers, 8, more.length);
        return headers(end, headers);
    }

    /** Opens a stream with exactly these headers. */
    int headers(boolean end, String... headers) throws IOException {
        int stream = nextStream();
        frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(headers));
        return stream;
    }

    /** Reads until this stream has ended, answering what is to be answered. */
    public Exchange read(int stream) throws IOException {
        while (!exchange(stream).ended) {
            next();
        }
        return exchange(stream);
    }

    /** Reads until so many bytes of this stream's body have come. */
    Exchange readBody(int stream, int bytes) throws IOException {
        while (exchange(stream).body.size() < bytes && !exchange(stream).ended) {
            next();
        }
        return exchange(stream);
    }

    /** What has come on a stream so far. */
    Exchange exchange(int stream) {
        return exchanges.computeIfAbsent(stream, s -> new Exchange());
    }

    /**
     * Reads to the connection's end; the reason that was given for it, {@link #RESET} if the connection was reset before any
     * came, or -1 if it was closed without one.
     */
    int readFarewell() throws IOException {
        int otherwise;
        try {
            while (true) {
                next();
            }
        } catch (EOFException ended) {
            otherwise = -1;
        } catch (SocketException | SSLException reset) {
            otherwise = RESET;
        }
        return farewell == null ? otherwise : ByteBuffer.wrap(farewell.payload).getInt(4);
    }

    /** What the server said at its farewell. */
    String farewellText() {
        return farewell == null ? "" : new String(farewell.payload, StandardCharsets.US_ASCII).substring(8);
    }

    /** Reads one frame, and keeps of it what belongs to an exchange. */
    Frame next() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[length];
        in.readFully(payload);
        Frame frame = new Frame(type, flags, stream, payload);
        switch (type) {
            case SETTINGS -> {
                if ((flags & ACK) == 0) {
                    answer(SETTINGS, ACK, 0);
                }
            }
            case HEADERS -> headers(frame);
            case DATA -> data(frame);
            case RST_STREAM -> {
                exchange(stream).reset = ByteBuffer.wrap(payload).getInt();
                exchange(stream).ended = true;
            }
            case GOAWAY -> farewell = farewell == null ? frame : farewell;
            default -> {}
        }
        return frame;
    }

    private void headers(Frame frame) throws IOException {
        Http2Headers decoded;
        try {
            decoded = decoder.decodeHeaders(frame.stream, Unpooled.wrappedBuffer(frame.payload));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        Exchange exchange = exchange(frame.stream);
        decoded.forEach(header -> exchange.headers.put(
                header.getKey().toString(), header.getValue().toString()));
        exchange.ended |= (frame.flags & END_STREAM) != 0;
    }

    private void data(Frame frame) throws IOException {
        Exchange exchange = exchange(frame.stream);
        exchange.body.write(frame.payload);
        exchange.ended |= (frame.flags & END_STREAM) != 0;
        if (opensWindows && frame.payload.length > 0) {
            answer(WINDOW_UPDATE, 0, 0, int32(frame.payload.length));
            if (!exchange.ended) {
                answer(WINDOW_UPDATE, 0, frame.stream, int32(frame.payload.length));
            }
        }
    }

    private void answer(int type, int flags, int stream, byte... payload) throws IOException {
        try {
            frame(type, flags, stream, payload);
        } catch (SocketException gone) {
            // A server that has said all may have left before what it said is read.
        }
    }

    SSLSocket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    record Frame(int type, int flags, int stream, byte[] payload) {}

    /** What came on one stream. */
    public static final class Exchange {
        private final Map<String, String> headers = new HashMap<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private boolean ended;
        private int reset = -1;

        public int status() {
            return Integer.parseInt(headers.getOrDefault(":status", "-1"));
        }

        public Map<String, String> headers() {
            return headers;
        }

        public byte[] body() {
            return body.toByteArray();
        }

        public String text() {
            return body.toString(StandardCharsets.UTF_8);
        }

        /** Whether it ended, and not by a reset. */
        public boolean complete() {
            return ended && reset < 0;
        }

        /** The reason of its reset, or -1. */
        int reset() {
            return reset;
        }

        boolean ended() {
            return ended;
        }
    }
}
