package dev.headwater.gateway.discovery;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * Where a server listens.
 *
 * @param secure whether TLS is spoken there
 * @param host the value of the {@code Host} header
 * @param addresses in the order in which they are tried, at least one; each with the name that its certificate must be
 *     for, which is not that of an SRV record's target
 */
record ResolvedServer(boolean secure, String host, List<InetSocketAddress> addresses) {
    ResolvedServer {
        addresses = List.copyOf(addresses);
    }
}
