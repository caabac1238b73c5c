package dev.headwater.loadtest.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes bytes on to a local port, and counts how often the direction turns: while one asks at a time, round trips. */
final class CountingProxy implements AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final ServerSocket listener;
    private final int port;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private Counts counts = new Counts(0, 0, 0);
    private boolean goingUp;

    /** @param turns how often bytes went up after some had come down */
    record Counts(int turns, long up, long down) {
        Counts since(Counts before) {
            return new Counts(turns - before.turns, up - before.up, down - before.down);
        }
    }

    private CountingProxy(ServerSocket listener, int port) {
        this.listener = listener;
        this.port = port;
    }

    static CountingProxy to(int port) throws IOException {
        CountingProxy proxy = new CountingProxy(new ServerSocket(0, 16, InetAddress.getLoopbackAddress()), port);
        start("accept", proxy::accept);
        return proxy;
    }

    String uri() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    synchronized Counts counts() {
        return counts;
    }

    private synchronized void note(boolean up, int bytes) {
        counts = new Counts(
                counts.turns + (up && !goingUp ? 1 : 0), counts.up + (up ? bytes : 0), counts.down + (up ? 0 : bytes));
        goingUp = up;
    }

    private void accept() throws IOException {
        while (true) {
            Socket near = listener.accept();
            Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
            sockets.addAll(List.of(near, far));
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            start("up", () -> copy(near, far, true));
            start("down", () -> copy(far, near, false));
        }
    }

    private void copy(Socket from, Socket to, boolean up) throws IOException {
        byte[] buffer = new byte[BUFFER];
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            note(up, n);
            out.write(buffer, 0, n);
        }
        to.shutdownOutput();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        return; // one of the two has closed
                    }
                },
                "proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
