package dev.headwater.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.discovery.AddressRange;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final Proxies PROXIES = new Proxies(List.of(AddressRange.parse("10.0.0.0/8")));

    /** A connection as it comes out of a listening channel. */
    private static final class Accepted extends EmbeddedChannel {
        private final String peer;

        Accepted(String peer) {
            this.peer = peer;
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(Objects.requireNonNull(Proxies.address(peer)), 4711);
        }
    }

    /** True if the connection is passed on. */
    private static boolean arrives(EmbeddedChannel listening, Accepted connection) {
        listening.writeInbound(connection);
        boolean passed = listening.readInbound() == connection;
        assertThat(connection.isOpen()).isEqualTo(passed);
        return passed;
    }

    private static int passed(EmbeddedChannel listening, String peer, int of) {
        int count = 0;
        for (int i = 0; i < of; i++) {
            count += arrives(listening, new Accepted(peer)) ? 1 : 0;
        }
        return count;
    }

    @Test
    void closesWhatIsBeyondTheLimits() {
        Connections connections = new Connections(TestLimits.connections(10, 4));
        EmbeddedChannel listening = new EmbeddedChannel(connections.gate(PROXIES));
        assertThat(passed(listening, "192.0.2.1", 6)).isEqualTo(4);
        assertThat(passed(listening, "2001:db8::1", 3)).isEqualTo(3);
        assertThat(passed(listening, "2001:db8::2", 3)).isEqualTo(1);
        assertThat(passed(listening, "192.0.2.2", 6)).isEqualTo(2);
        assertThat(connections.open()).isEqualTo(10);
        assertThat(connections.refused()).isEqualTo(8);
    }

    @Test
    void countsProxiesAsManyButNotAsUnlimited() {
        Connections connections = new Connections(TestLimits.connections(10, 4));
        EmbeddedChannel listening = new EmbeddedChannel(connections.gate(PROXIES));
        assertThat(passed(listening, "10.1.1.1", 20)).isEqualTo(10);
        assertThat(passed(new EmbeddedChannel(connections.gate(Proxies.NONE)), "192.0.2.1", 1))
                .isZero();
    }

    @Test
    void makesRoomWhenAConnectionEnds() {
        Connections connections = new Connections(TestLimits.connections(10, 1));
        EmbeddedChannel listening = new EmbeddedChannel(connections.gate(PROXIES));
        Accepted first = new Accepted("192.0.2.1");
        assertThat(arrives(listening, first)).isTrue();
        assertThat(arrives(listening, new Accepted("192.0.2.1"))).isFalse();
        first.close();
        assertThat(connections.open()).isZero();
        assertThat(arrives(listening, new Accepted("192.0.2.1"))).isTrue();
    }

    @Test
    void losesCountOfNoConnection() {
        long seed = Long.getLong("headwater.seed", 20261127);
        System.out.println("losesCountOfNoConnection: seed " + seed);
        Random random = new Random(seed);
        Connections connections = new Connections(TestLimits.connections(50, 7));
        EmbeddedChannel listening = new EmbeddedChannel(connections.gate(PROXIES));
        List<Accepted> open = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            if (random.nextInt(3) > 0) {
                Accepted next = new Accepted((random.nextBoolean() ? "192.0.2." : "10.0.0.") + random.nextInt(20));
                if (arrives(listening, next)) {
                    open.add(next);
                }
            } else if (!open.isEmpty()) {
                open.remove(random.nextInt(open.size())).close();
            }
            assertThat(connections.open()).isEqualTo(open.size()).isLessThanOrEqualTo(50);
        }
        assertThat(connections.refused()).isPositive();
        open.forEach(Accepted::close);
        assertThat(connections.open()).isZero();
        assertThat(connections.clients()).isZero();
    }
}
