package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.junit.jupiter.api.Test;

class AddressGuardTest {
    private static final InetSocketAddress OPEN = new InetSocketAddress("8.8.8.8", 8448);

    private final AddressGuard guard = new AddressGuard(AddressRule.openInternet(), 2);

    @Test
    void letsThroughWhatMayBeReachedAndCountsIt() {
        assertThat(connect(OPEN).isSuccess()).isTrue();
        assertThat(guard.attempts()).isEqualTo(1);
    }

    @Test
    void stopsEverythingElse() {
        for (SocketAddress address : new SocketAddress[] {
            new InetSocketAddress("10.0.0.1", 8448),
            new InetSocketAddress("::1", 8448),
            InetSocketAddress.createUnresolved("hs.example", 8448),
            new SocketAddress() {
                private static final long serialVersionUID = 1L;
            }
        }) {
            ChannelFuture refused = connect(address);

            assertThat(refused.cause()).isInstanceOf(AddressGuard.RefusedException.class);
            assertThat(guard.attempts()).isZero();
        }
    }

    @Test
    void stopsWhatIsBesideTheManyThatAreOpen() {
        ChannelFuture first = connect(OPEN);
        assertThat(connect(OPEN).isSuccess()).isTrue();
        assertThat(connect(OPEN).cause()).isInstanceOf(AddressGuard.TooManyException.class);

        first.channel().close().syncUninterruptibly();

        assertThat(connect(OPEN).isSuccess()).isTrue();
        assertThat(connect(OPEN).cause()).isInstanceOf(AddressGuard.TooManyException.class);
        assertThat(guard.attempts()).isEqualTo(3);
    }

    private ChannelFuture connect(SocketAddress address) {
        EmbeddedChannel channel = new EmbeddedChannel(guard);
        ChannelFuture future = channel.connect(address);
        channel.runPendingTasks();
        return future;
    }
}
