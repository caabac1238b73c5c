package dev.headwater.gateway.limit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many connections are open, in all and of each client. */
public final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private final int most;
    private final int mostPerClient;
    private final Proxies uncounted;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentMap<ClientAddress, Integer> perClient = new ConcurrentHashMap<>();
    private final LongAdder refused = new LongAdder();

    public Connections(LimitOptions options) {
        most = options.connections();
        mostPerClient = options.connectionsPerClient();
        uncounted = new Proxies(options.uncounted());
    }

    /**
     * A handler for a listening channel: resets what has been accepted beyond the limits before the channel gets a
     * handler, a buffer or an event loop.
     *
     * @param proxies many clients share their connections
     */
    public ChannelHandler gate(Proxies proxies) {
        return new Gate(proxies);
    }

    /** How many are open. */
    public int open() {
        return open.get();
    }

    /** How many were reset since the start. */
    public long refused() {
        return refused.sum();
    }

    int clients() {
        return perClient.size();
    }

    private boolean enter(InetAddress peer, boolean counted) {
        if (open.incrementAndGet() <= most) {
            if (!counted || perClient.merge(ClientAddress.of(peer), 1, Integer::sum) <= mostPerClient) {
                return true;
            }
            leaveClient(peer);
        }
        open.decrementAndGet();
        refused.increment();
        return false;
    }

    private void leave(InetAddress peer, boolean counted) {
        if (counted) {
            leaveClient(peer);
        }
        open.decrementAndGet();
    }

    private void leaveClient(InetAddress peer) {
        perClient.computeIfPresent(ClientAddress.of(peer), (address, count) -> count == 1 ? null : count - 1);
    }

    @ChannelHandler.Sharable
    private final class Gate extends ChannelInboundHandlerAdapter {
        private final Proxies proxies;

        Gate(Proxies proxies) {
            this.proxies = proxies;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            Channel connection = (Channel) accepted;
            // Null where the peer has gone already; there is nobody to count then.
            InetAddress peer =
                    connection.remoteAddress() instanceof InetSocketAddress address ? address.getAddress() : null;
            boolean counted = peer != null && !uncounted.contains(peer) && !proxies.contains(peer);
            if (peer == null || !enter(peer, counted)) {
                LOG.debug("Reset a connection beyond the limits, of {}", peer);
                // A reset leaves nothing behind; after a close the kernel would remember the connection for a minute.
                connection.config().setOption(ChannelOption.SO_LINGER, 0);
                connection.unsafe().closeForcibly();
                return;
            }
            connection.closeFuture().addListener(closed -> leave(peer, counted));
            ctx.fireChannelRead(connection);
        }
    }
}
