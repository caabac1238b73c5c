package dev.headwater.gateway.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 client, plain or over TLS, that sends exactly the bytes it is given, and sees exactly how a response ends. */
public final class RawConnection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    private RawConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), 4096);
    }

    public static RawConnection open(InetSocketAddress address) throws IOException {
        return open(address, 0);
    }

    /** @param receiveBuffer bytes that the kernel may hold for a reader that stops; 0 for its default */
    public static RawConnection open(InetSocketAddress address, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout(30_000);
        socket.connect(address);
        return new RawConnection(socket);
    }

    /** The same over TLS. */
    public static RawConnection openTls(InetSocketAddress address) throws IOException {
        return new RawConnection(TrustingTls.connect(address, 0, "http/1.1"));
    }

    public RawConnection send(String latin1) throws IOException {
        return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawConnection send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Reads one response to its end, or as far as it comes. */
    public Response read() throws IOException {
        return read(true);
    }

    /** Reads the answer to a HEAD request. */
    public Response readHead() throws IOException {
        return read(false);
    }

    private Response read(boolean withBody) throws IOException {
        String line = line();
        if (line == null) {
            throw new EOFException("the server closed without an answer");
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String header = line(); header != null && !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            headers.put(header.substring(0, colon), header.substring(colon + 1).strip());
        }
        int status = Integer.parseInt(line.split(" ")[1]);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean complete = !withBody || status == 100 || body(headers, body);
        return new Response(line, status, headers, body.toByteArray(), complete);
    }

    private boolean body(Map<String, String> headers, ByteArrayOutputStream body) throws IOException {
        try {
            String length = headers.get("Content-Length");
            if (length != null) {
                byte[] read = in.readNBytes(Integer.parseInt(length));
                body.write(read);
                return read.length == Integer.parseInt(length);
            }
            if (!"chunked".equals(headers.getOrDefault("Transfer-Encoding", "").toLowerCase(Locale.ROOT))) {
                in.transferTo(body);
                return true;
            }
            while (true) {
                String size = line();
                if (size == null || size.isEmpty()) {
                    return false;
                }
                int n = Integer.parseInt(size, 16);
                byte[] chunk = in.readNBytes(n);
                body.write(chunk);
                String end = line();
                if (chunk.length < n || end == null) {
                    return false;
                }
                if (n == 0) {
                    return true;
                }
            }
        } catch (SocketException reset) {
            return false;
        }
    }

    /** Reads a response's head and leaves its chunked body to be read bit by bit. */
    public Body openBody() throws IOException {
        String status = String.valueOf(line());
        for (String header = line(); header != null && !header.isEmpty(); header = line()) {
            continue;
        }
        return new Body(Integer.parseInt(status.split(" ")[1]));
    }

    /** A chunked body while it is being read. */
    public final class Body {
        private final int status;
        private int left;
        private boolean ended;

        private Body(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }

        /** The next bytes as text; fewer only where the body ends. */
        public String text(int bytes) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream(bytes);
            while (out.size() < bytes && hasMore()) {
                byte[] read = in.readNBytes(Math.min(left, bytes - out.size()));
                if (read.length == 0) {
                    break;
                }
                out.write(read);
                took(read.length);
            }
            return out.toString(StandardCharsets.UTF_8);
        }

        /** All up to and with a character. */
        public String textUpTo(char last) throws IOException {
            StringBuilder out = new StringBuilder();
            while (out.indexOf(String.valueOf(last)) < 0 && hasMore()) {
                out.append(text(1));
            }
            return out.toString();
        }

        /** Whether the last chunk has come, and nothing before it is left. */
        public boolean isComplete() throws IOException {
            return !hasMore() && ended;
        }

        private boolean hasMore() throws IOException {
            if (left == 0 && !ended) {
                String size = line();
                if (size == null || size.isEmpty()) {
                    return false;
                }
                left = Integer.parseInt(size, 16);
                if (left == 0) {
                    ended = "".equals(line());
                }
            }
            return left > 0;
        }

        private void took(int bytes) throws IOException {
            left -= bytes;
            if (left == 0) {
                line();
            }
        }
    }

    /** Reads that many bytes, wherever in the response they stand; fewer only at its end. */
    public int skip(int bytes) throws IOException {
        return in.readNBytes(bytes).length;
    }

    /** Reads until the connection ends, however it does; gives the raw bytes that came. */
    public byte[] readToEnd() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                rest.write(buffer, 0, n);
            }
        } catch (SocketException reset) {
            return rest.toByteArray();
        }
        return rest.toByteArray();
    }

    /** Whether the server closes the connection instead of waiting for more. */
    public boolean isClosedByServer() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** Says that nothing more will be sent. */
    public RawConnection endSending() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Closes with a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private @Nullable String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** @param complete whether the body ended as its framing promises */
    public record Response(String statusLine, int status, Map<String, String> headers, byte[] body, boolean complete) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }
}
