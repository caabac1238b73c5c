package dev.headwater.gateway.http;

import dev.headwater.gateway.limit.Proxies;
import dev.headwater.gateway.tls.TlsFiles;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One listening socket.
 *
 * @param socket port 0 picks a free one
 * @param proxies whose word about the client's address is taken
 * @param tls the certificate to show; null for plain HTTP
 */
public record ListenAddress(
        InetSocketAddress socket, Proxies proxies, @Nullable TlsFiles tls) {
    /** A socket without TLS on which everybody speaks for themselves. */
    public static ListenAddress plain(InetSocketAddress socket) {
        return new ListenAddress(socket, Proxies.NONE, null);
    }

    /** The URL of an address that is listened on. */
    String url(InetSocketAddress bound) {
        String host = bound.getAddress() == null
                ? bound.getHostString()
                : bound.getAddress().getHostAddress();
        return (tls == null ? "http://" : "https://") + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":"
                + bound.getPort();
    }
}
