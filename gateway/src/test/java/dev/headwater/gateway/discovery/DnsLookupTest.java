package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headwater.gateway.discovery.FederationException.Reason;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.dns.DnsRecordType;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

class DnsLookupTest {
    private final TestDns dns = new TestDns();
    private final SettableClock clock = new SettableClock();
    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final DnsLookup names = new DnsLookup(loop.next(), List.of(dns.address()), clock);

    @AfterEach
    void close() {
        names.close();
        dns.close();
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @ParameterizedTest
    @CsvSource({"60, 60", "0, 10", "9, 10", "3600, 3600", "86400, 3600", "2147483647, 3600"})
    void anAnswerIsKeptForItsLifetimeWithinBounds(long ttl, int seconds) {
        dns.host(ttl, "a.example", "1.2.3.4").host(ttl, "a.example", "5.6.7.8");

        assertThat(addresses("a.example")).containsExactly("1.2.3.4");
        clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
        assertThat(addresses("A.example")).containsExactly("1.2.3.4");
        assertThat(dns.asked("a.example", DnsRecordType.A)).isEqualTo(1);

        clock.advance(Duration.ofMillis(2));
        assertThat(addresses("a.example")).containsExactly("5.6.7.8");
        assertThat(dns.asked("a.example", DnsRecordType.A)).isEqualTo(2);
    }

    @Test
    void thatThereIsNothingIsKeptForAMinute() {
        refuses("none.example", Reason.NOT_FOUND);
        clock.advance(Duration.ofSeconds(59));
        refuses("none.example", Reason.NOT_FOUND);
        assertThat(dns.asked("none.example", DnsRecordType.A)).isEqualTo(1);

        clock.advance(Duration.ofSeconds(2));
        dns.host("none.example", "1.2.3.4");
        assertThat(addresses("none.example")).containsExactly("1.2.3.4");
    }

    @Test
    void aFailureIsKeptForTenSeconds() {
        dns.fails("a.example", DnsRecordType.A).fails("a.example", DnsRecordType.AAAA);
        refuses("a.example", Reason.UNREACHABLE);
        int asked = dns.asked("a.example", DnsRecordType.A);
        clock.advance(Duration.ofSeconds(9));
        refuses("a.example", Reason.UNREACHABLE);
        assertThat(dns.asked("a.example", DnsRecordType.A)).isEqualTo(asked);

        clock.advance(Duration.ofSeconds(2));
        refuses("a.example", Reason.UNREACHABLE);
        assertThat(dns.asked("a.example", DnsRecordType.A)).isGreaterThan(asked);
    }

    @Test
    void oneKindOfAddressIsEnough() {
        dns.host("a.example", "2606:4700::1111").fails("b.example", DnsRecordType.AAAA);
        dns.host("b.example", "1.2.3.4");

        assertThat(addresses("a.example")).containsExactly("2606:4700:0:0:0:0:0:1111");
        assertThat(addresses("b.example")).containsExactly("1.2.3.4");
    }

    @Test
    void addressesOfTheOldKindComeFirst() {
        dns.host("a.example", "2606:4700::1111", "1.2.3.4", "5.6.7.8");

        assertThat(addresses("a.example"))
                .hasSize(3)
                .endsWith("2606:4700:0:0:0:0:0:1111")
                .contains("1.2.3.4", "5.6.7.8");
    }

    @Test
    void manyWhoWaitAskOnce() {
        dns.host("a.example", "1.2.3.4");

        Flux.range(0, 100)
                .flatMap(i -> names.addresses(host("a.example"), true), 100)
                .blockLast(Duration.ofSeconds(20));

        assertThat(dns.asked("a.example", DnsRecordType.A)).isEqualTo(1);
        assertThat(dns.asked("a.example", DnsRecordType.AAAA)).isEqualTo(1);
    }

    @Test
    void manyAddressesAreSome() {
        String[] many = new String[25];
        for (int i = 0; i < many.length; i++) {
            many[i] = "1.2.3." + i;
        }
        dns.host("a.example", many);

        assertThat(addresses("a.example")).hasSize(16);
    }

    @Test
    void aNameThatIsTooLongForAQuestionHasNoServices() {
        String label = "a".repeat(62);

        assertThatExceptionOfType(FederationException.class)
                .isThrownBy(() -> names.services("_matrix-fed._tcp." + String.join(".", label, label, label, label))
                        .block(Duration.ofSeconds(20)));
    }

    private List<String> addresses(String name) {
        try {
            return Objects.requireNonNull(names.addresses(host(name), true).block(Duration.ofSeconds(20))).stream()
                    .map(InetAddress::getHostAddress)
                    .toList();
        } finally {
            // Who waits is told a moment before the answer is given its lifetime, in the same task of the loop.
            loop.next().submit(() -> {}).syncUninterruptibly();
        }
    }

    private void refuses(String name, Reason reason) {
        assertThatExceptionOfType(FederationException.class)
                .isThrownBy(() -> addresses(name))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static HostName host(String name) {
        return Objects.requireNonNull(HostName.of(name));
    }
}
