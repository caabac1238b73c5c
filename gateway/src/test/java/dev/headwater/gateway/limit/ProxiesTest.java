package dev.headwater.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.headwater.gateway.discovery.AddressRange;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {
    private static final Proxies PROXIES = new Proxies(
            Stream.of("10.0.0.0/8", "2001:db8::/32").map(AddressRange::parse).toList());

    private static InetAddress address(String text) {
        return Objects.requireNonNull(Proxies.address(text));
    }

    private static String client(Proxies proxies, String peer, String... headers) {
        return proxies.client(address(peer), Arrays.asList(headers)).getHostAddress();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // One proxy, and what the client itself put before that.
                "10.0.0.1 | 198.51.100.7 | 198.51.100.7",
                "10.0.0.1 | 192.0.2.66, 198.51.100.7 | 198.51.100.7",
                "10.0.0.1 | 10.6.6.6, 198.51.100.7 | 198.51.100.7",
                "10.0.0.1 | 127.0.0.1 ,\t198.51.100.7 | 198.51.100.7",
                // Proxies one behind the other.
                "10.0.0.1 | 192.0.2.66, 198.51.100.7, 10.0.0.2 | 198.51.100.7",
                "10.0.0.1 | 198.51.100.7,10.0.0.3,10.0.0.2 | 198.51.100.7",
                "10.0.0.1 | 10.0.0.3, 10.0.0.2 | 10.0.0.3",
                // As different proxies write them.
                "10.0.0.1 | 198.51.100.7:4711 | 198.51.100.7",
                "10.0.0.1 | 2001:470::7 | 2001:470:0:0:0:0:0:7",
                "10.0.0.1 | [2001:470::7] | 2001:470:0:0:0:0:0:7",
                "10.0.0.1 | [2001:470::7]:4711 | 2001:470:0:0:0:0:0:7",
                "10.0.0.1 | ::ffff:198.51.100.7 | 198.51.100.7",
                "2001:db8::1 | 198.51.100.7 | 198.51.100.7",
                // What is no address is not guessed at, and nothing beyond it counts.
                "10.0.0.1 | '' | 10.0.0.1",
                "10.0.0.1 | unknown | 10.0.0.1",
                "10.0.0.1 | 198.51.100.7, | 10.0.0.1",
                "10.0.0.1 | 198.51.100.7, _hidden, 10.0.0.2 | 10.0.0.2",
                "10.0.0.1 | 256.1.1.1 | 10.0.0.1",
                "10.0.0.1 | localhost | 10.0.0.1",
                // Nobody else is believed.
                "11.0.0.1 | 198.51.100.7 | 11.0.0.1",
                "192.168.0.1 | 198.51.100.7 | 192.168.0.1",
                "127.0.0.1 | 198.51.100.7 | 127.0.0.1",
                "2001:db9::1 | 198.51.100.7 | 2001:db9:0:0:0:0:0:1"
            })
    void takesTheRightmostAddressThatIsNoProxys(String peer, String header, String client) {
        assertThat(client(PROXIES, peer, header)).isEqualTo(client);
    }

    @Test
    void readsSeveralHeadersAsOne() {
        assertThat(client(PROXIES, "10.0.0.1", "192.0.2.66", "198.51.100.7", "10.0.0.3, 10.0.0.2"))
                .isEqualTo("198.51.100.7");
        assertThat(client(PROXIES, "10.0.0.1")).isEqualTo("10.0.0.1");
    }

    @Test
    void believesNobodyIfThereAreNone() {
        assertThat(client(Proxies.NONE, "127.0.0.1", "198.51.100.7")).isEqualTo("127.0.0.1");
    }

    @Test
    void loopbackIsThisMachineAndNoOther() {
        Proxies loopback = new Proxies(AddressRange.LOOPBACK);
        for (String inside : List.of("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")) {
            assertThat(loopback.contains(address(inside))).as(inside).isTrue();
        }
        for (String outside : List.of("126.255.255.255", "128.0.0.1", "::2", "fe80::1", "10.0.0.1", "0.0.0.0")) {
            assertThat(loopback.contains(address(outside))).as(outside).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "proxy.example", "10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "10.0.0.0/-1", "10.0.0/8"})
    void refusesNetworksThatAreNone(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> AddressRange.parse(text));
    }

    @Test
    void networksEndWhereTheirPrefixSays() {
        assertThat(AddressRange.parse("192.0.2.128/25").contains(address("192.0.2.127")))
                .isFalse();
        assertThat(AddressRange.parse("192.0.2.128/25").contains(address("192.0.2.255")))
                .isTrue();
        assertThat(AddressRange.parse("192.0.2.7").contains(address("192.0.2.8")))
                .isFalse();
        assertThat(AddressRange.parse("0.0.0.0/0").contains(address("203.0.113.1")))
                .isTrue();
        assertThat(AddressRange.parse("::/0").contains(address("203.0.113.1"))).isFalse();
        assertThat(AddressRange.parse("2001:db8::/33").contains(address("2001:db8:8000::1")))
                .isFalse();
    }

    @Test
    void clientsAreIpv4AddressesAndIpv6NetworksOf64Bits() {
        assertThat(ClientAddress.of(address("192.0.2.1"))).isNotEqualTo(ClientAddress.of(address("192.0.2.2")));
        assertThat(ClientAddress.of(address("::ffff:192.0.2.1"))).isEqualTo(ClientAddress.of(address("192.0.2.1")));
        assertThat(ClientAddress.of(address("2001:db8::1"))).isEqualTo(ClientAddress.of(address("2001:db8:0:0:f::2")));
        assertThat(ClientAddress.of(address("2001:db8::1"))).isNotEqualTo(ClientAddress.of(address("2001:db8:0:1::1")));
        assertThat(ClientAddress.of(address("0:0:c000:201::"))).isNotEqualTo(ClientAddress.of(address("192.0.2.1")));
    }
}
