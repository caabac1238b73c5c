package dev.headwater.gateway.http;

import dev.headwater.gateway.limit.Proxies;
import java.net.InetSocketAddress;

/**
 * One listening socket.
 *
 * @param socket port 0 picks a free one
 * @param proxies whose word about the client's address is taken
 */
public record ListenAddress(InetSocketAddress socket, Proxies proxies) {
    /** A socket on which everybody speaks for themselves. */
    public static ListenAddress plain(InetSocketAddress socket) {
        return new ListenAddress(socket, Proxies.NONE);
    }
}
