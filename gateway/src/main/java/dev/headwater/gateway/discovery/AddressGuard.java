package dev.headwater.gateway.discovery;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The last gate before the network: every connect of an outgoing request passes through here, with the very address that
 * it is made to. Nothing resolves a name behind it.
 */
@Sharable
final class AddressGuard extends ChannelOutboundHandlerAdapter {
    /** A connect to an address that may not be reached. */
    static final class RefusedException extends ConnectException {
        private static final long serialVersionUID = 1L;

        RefusedException() {
            super("no connection is made to this address");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this; // strangers choose how often it is thrown
        }
    }

    /** A connect beside the many that are open. */
    static final class TooManyException extends ConnectException {
        private static final long serialVersionUID = 1L;

        TooManyException() {
            super("too many connections are open");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    private final AddressRule rule;
    private final int maxOpen;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong attempts = new AtomicLong();

    /** @param maxOpen connections at once in all, those included that wait for their next request */
    AddressGuard(AddressRule rule, int maxOpen) {
        this.rule = rule;
        this.maxOpen = maxOpen;
    }

    /** How many connects went on to the network since the start. */
    long attempts() {
        return attempts.get();
    }

    @Override
    public void connect(ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (!(remote instanceof InetSocketAddress inet)
                || inet.getAddress() == null
                || !rule.mayReach(inet.getAddress())) {
            promise.setFailure(new RefusedException());
            return;
        }
        if (open.incrementAndGet() > maxOpen) {
            open.decrementAndGet();
            promise.setFailure(new TooManyException());
            return;
        }
        ctx.channel().closeFuture().addListener(closed -> open.decrementAndGet());
        attempts.incrementAndGet();
        ctx.connect(remote, local, promise);
    }
}
