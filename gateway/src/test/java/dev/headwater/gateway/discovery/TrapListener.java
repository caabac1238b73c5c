package dev.headwater.gateway.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Listens where nobody may connect, and counts who does. */
final class TrapListener implements AutoCloseable {
    private final ServerSocket socket;
    private final AtomicInteger caught = new AtomicInteger();

    TrapListener(String address, int port) throws IOException {
        socket = new ServerSocket(port, 16, InetAddress.getByName(address));
        Thread thread = new Thread(this::accept, "trap");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many since the last call. */
    int caught() {
        return caught.getAndSet(0);
    }

    private void accept() {
        while (true) {
            try {
                socket.accept().close();
                caught.incrementAndGet();
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
