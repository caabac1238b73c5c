package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.discovery.FederationException.Reason;
import io.netty.handler.codec.dns.DnsRecordType;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way that the specification knows from a server's name to a connection, with real DNS and real TLS. */
class ServerResolverTest {
    private final TestNetwork network = new TestNetwork();

    @AfterEach
    void close() throws Exception {
        network.close();
    }

    @Test
    void anAddressStandsForItself() {
        network.federation("127.0.0.2", "at-default", "127.0.0.2");
        int port = network.elsewhere("127.0.0.2", "at-port", "127.0.0.2").port();

        assertThat(network.get("127.0.0.2")).isEqualTo("at-default host=127.0.0.2 sni=");
        assertThat(network.get("127.0.0.2:" + port)).isEqualTo("at-port host=127.0.0.2:" + port + " sni=");
        assertThat(network.dns.asked()).isZero();
    }

    @Test
    void anAddressOfTheNewKindStandsForItself() throws Exception {
        try (TestNetwork six = new TestNetwork("::1")) {
            six.federation("::1", "at-default", "::1");
            int port = six.elsewhere("::1", "at-port", "::1").port();

            assertThat(six.get("[::1]")).isEqualTo("at-default host=[::1] sni=");
            assertThat(six.get("[0:0::1]:" + port)).isEqualTo("at-port host=[0:0::1]:" + port + " sni=");
            assertThat(six.dns.asked()).isZero();
        }
    }

    @Test
    void aNameWithAPortIsLookedUpAndNothingElse() {
        TestServer wellKnown = network.delegating("127.0.0.3", "hs.example", "other.example");
        network.dns.host("port.example", "127.0.0.2");
        int port = network.elsewhere("127.0.0.2", "at-port", "port.example").port();

        assertThat(network.get("port.example:" + port))
                .isEqualTo("at-port host=port.example:" + port + " sni=port.example");
        assertThat(network.dns.asked("_matrix-fed._tcp.port.example", DnsRecordType.SRV))
                .isZero();
        assertThat(wellKnown.connections()).isZero();
    }

    @Test
    void aFileDelegatesToAnAddress() {
        network.delegating("127.0.0.3", "hs.example", "127.0.0.2");
        network.federation("127.0.0.2", "at-default", "127.0.0.2");

        assertThat(network.get("hs.example")).isEqualTo("at-default host=127.0.0.2 sni=");
    }

    @Test
    void aFileDelegatesToAnAddressWithAPort() {
        int port = network.elsewhere("127.0.0.2", "at-port", "127.0.0.2").port();
        network.delegating("127.0.0.3", "hs.example", "127.0.0.2:" + port);

        assertThat(network.get("hs.example")).isEqualTo("at-port host=127.0.0.2:" + port + " sni=");
    }

    @Test
    void aFileDelegatesToANameWithAPort() {
        int port = network.elsewhere("127.0.0.2", "at-port", "fed.example").port();
        network.dns.host("fed.example", "127.0.0.2").services("_matrix-fed._tcp.fed.example", "0 0 1 no.example");
        network.delegating("127.0.0.3", "hs.example", "fed.example:" + port);

        assertThat(network.get("hs.example")).isEqualTo("at-port host=fed.example:" + port + " sni=fed.example");
        assertThat(network.dns.asked("_matrix-fed._tcp.fed.example", DnsRecordType.SRV))
                .isZero();
    }

    @Test
    void aFileDelegatesToANameWithServices() {
        int port = network.elsewhere("127.0.0.2", "by-service", "fed.example").port();
        network.dns
                .services("_matrix-fed._tcp.fed.example", "10 5 " + port + " node.example")
                .services("_matrix._tcp.fed.example", "10 5 1 old.example")
                .host("node.example", "127.0.0.2");
        network.delegating("127.0.0.3", "hs.example", "fed.example");

        assertThat(network.get("hs.example")).isEqualTo("by-service host=fed.example sni=fed.example");
    }

    @Test
    void aFileDelegatesToANameWithServicesOfTheOldKind() {
        int port = network.elsewhere("127.0.0.2", "by-service", "fed.example").port();
        network.dns
                .services("_matrix._tcp.fed.example", "10 5 " + port + " node.example")
                .host("node.example", "127.0.0.2");
        network.delegating("127.0.0.3", "hs.example", "fed.example");

        assertThat(network.get("hs.example")).isEqualTo("by-service host=fed.example sni=fed.example");
    }

    @Test
    void aFileDelegatesToABareName() {
        network.federation("127.0.0.2", "at-default", "fed.example");
        network.dns.host("fed.example", "127.0.0.2");
        network.delegating("127.0.0.3", "hs.example", "fed.example");
        // What delegates to nobody but is delegated to is not asked to delegate further.
        TestServer further = network.delegating("127.0.0.4", "fed.example", "third.example");

        assertThat(network.get("hs.example")).isEqualTo("at-default host=fed.example sni=fed.example");
        assertThat(further.connections()).isZero();
    }

    @Test
    void withoutAFileServicesAreLookedUp() {
        int port = network.elsewhere("127.0.0.2", "by-service", "hs.example").port();
        network.wellKnown("127.0.0.3", TestServer.answer(404, ""), "hs.example");
        network.dns
                .services("_matrix-fed._tcp.hs.example", "10 5 " + port + " node.example")
                .services("_matrix._tcp.hs.example", "10 5 1 old.example")
                .host("node.example", "127.0.0.2");

        assertThat(network.get("hs.example")).isEqualTo("by-service host=hs.example sni=hs.example");
    }

    @Test
    void withoutAFileServicesOfTheOldKindAreLookedUp() {
        int port = network.elsewhere("127.0.0.2", "by-service", "hs.example").port();
        network.dns
                .host("hs.example", "127.0.0.3")
                .services("_matrix._tcp.hs.example", "10 5 " + port + " node.example")
                .host("node.example", "127.0.0.2");

        assertThat(network.get("hs.example")).isEqualTo("by-service host=hs.example sni=hs.example");
    }

    @Test
    void withNothingElseItIsThePortOfFederation() {
        network.federation("127.0.0.2", "at-default", "hs.example");
        network.dns.host("hs.example", "127.0.0.2");

        assertThat(network.get("hs.example")).isEqualTo("at-default host=hs.example sni=hs.example");
        assertThat(network.get("HS.example")).isEqualTo("at-default host=HS.example sni=hs.example");
    }

    @Test
    void aNameWithoutServicesMayHaveOtherRecords() {
        network.federation("127.0.0.2", "at-default", "hs.example");
        network.dns
                .host("hs.example", "127.0.0.2")
                .services("_matrix-fed._tcp.hs.example")
                .services("_matrix._tcp.hs.example");

        assertThat(network.get("hs.example")).startsWith("at-default ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "{\"m.server\":5}",
                "{\"m.server\":\"\"}",
                "{\"m.server\":\"a b\"}",
                "{\"m.server\":\"fed.example:99999\"}",
                "{\"m.server\":\"https://fed.example\"}",
                "{\"m.server\":\"fed.example\",\"m.server\":\"fed.example\"}",
                "{\"m.server\":\"2130706433\"}"
            })
    void aFileThatSaysNothingIsNone(String body) {
        network.federation("127.0.0.2", "at-default", "hs.example");
        network.wellKnown("127.0.0.2", TestServer.answer(200, body), "hs.example");

        assertThat(network.get("hs.example")).isEqualTo("at-default host=hs.example sni=hs.example");
    }

    @Test
    void theTypeOfAFileIsNotLookedAt() {
        network.federation("127.0.0.2", "at-default", "127.0.0.2");
        network.wellKnown(
                "127.0.0.3",
                TestServer.answer(
                        200, "{\"m.server\":\"127.0.0.2\",\"more\":1.5}", "Content-Type", "application/octet-stream"),
                "hs.example");

        assertThat(network.get("hs.example")).startsWith("at-default ");
    }

    @Test
    void aFileIsAskedForOnceUntilItsTimeIsOver() {
        int moved = network.elsewhere("127.0.0.4", "second", "127.0.0.4").port();
        network.federation("127.0.0.2", "first", "127.0.0.2");
        TestServer file = network.wellKnown(
                "127.0.0.3",
                TestServer.answer(200, "{\"m.server\":\"127.0.0.2\"}", "Cache-Control", "max-age=3600"),
                "hs.example");
        assertThat(network.get("hs.example")).startsWith("first ");
        file.handler(TestServer.answer(200, "{\"m.server\":\"127.0.0.4:" + moved + "\"}"));

        network.clock.advance(Duration.ofMinutes(47));
        assertThat(network.get("hs.example")).startsWith("first ");
        assertThat(file.requests()).hasSize(1);

        network.clock.advance(Duration.ofMinutes(13));
        assertThat(network.get("hs.example")).startsWith("second ");
        assertThat(file.requests()).hasSize(2);
    }

    @Test
    void aFileThatIsGoneLeavesTheDelegationUntilItsTimeIsOver() {
        network.federation("127.0.0.2", "delegated", "127.0.0.2");
        network.dns.services("_matrix-fed._tcp.hs.example", "0 0 " + network.ports.federation() + " node.example");
        network.dns.host("node.example", "127.0.0.4");
        network.federation("127.0.0.4", "own", "hs.example");
        TestServer file = network.delegating("127.0.0.3", "hs.example", "127.0.0.2");
        assertThat(network.get("hs.example")).startsWith("delegated ");
        file.handler(TestServer.answer(503, ""));

        network.clock.advance(Duration.ofHours(20));
        assertThat(network.get("hs.example")).startsWith("delegated ");
        await().untilAsserted(() -> assertThat(file.requests()).hasSize(2));
        assertThat(network.get("hs.example")).startsWith("delegated ");

        network.clock.advance(Duration.ofHours(4));
        assertThat(network.get("hs.example")).startsWith("own ");
    }

    @Test
    void aServiceThatDoesNotAnswerIsFollowedByTheNext() {
        int port = network.elsewhere("127.0.0.2", "second", "hs.example").port();
        int closed = network.elsewhere("127.0.0.5", "closed", "hs.example").port();
        network.dns
                .host("hs.example", "127.0.0.3")
                .services(
                        "_matrix-fed._tcp.hs.example",
                        "20 0 " + port + " node.example",
                        "10 0 " + closed + " gone.example",
                        "5 0 1 unknown.example")
                .host("gone.example", "127.0.0.6")
                .host("node.example", "127.0.0.2");

        assertThat(network.get("hs.example")).startsWith("second ");
    }

    @Test
    void aServiceAtARootIsNone() {
        TestServer server = network.federation("127.0.0.2", "at-default", "hs.example");
        network.dns.host("hs.example", "127.0.0.2").services("_matrix-fed._tcp.hs.example", "0 0 0 .");

        refuses("hs.example", Reason.NOT_FOUND);
        assertThat(server.connections()).isZero();
    }

    @Test
    void aServiceAtAnAliasIsNone() {
        TestServer server = network.federation("127.0.0.2", "at-default", "hs.example");
        network.dns
                .host("hs.example", "127.0.0.3")
                .services("_matrix-fed._tcp.hs.example", "0 0 " + server.port() + " alias.example")
                .alias("alias.example", "node.example", "127.0.0.2");

        refuses("hs.example", Reason.NOT_FOUND);
        assertThat(server.connections()).isZero();
    }

    @Test
    void aHostMayBeAnAlias() {
        network.federation("127.0.0.2", "at-default", "hs.example");
        network.dns.alias("hs.example", "node.example", "127.0.0.2");

        assertThat(network.get("hs.example")).isEqualTo("at-default host=hs.example sni=hs.example");
    }

    @Test
    void allAddressesOfAHostAreTried() {
        network.federation("127.0.0.2", "at-default", "hs.example");
        network.dns.host("hs.example", "127.0.0.4", "127.0.0.3", "127.0.0.2");

        assertThat(network.get("hs.example")).startsWith("at-default ");
    }

    @Test
    void whatDnsDoesNotTellIsNotGuessed() {
        TestServer server = network.federation("127.0.0.2", "at-default", "hs.example");
        network.dns.host("hs.example", "127.0.0.2").fails("_matrix-fed._tcp.hs.example", DnsRecordType.SRV);

        refuses("hs.example", Reason.UNREACHABLE);
        assertThat(server.connections()).isZero();
    }

    @Test
    void brokenRecordsAreNone() {
        network.federation("127.0.0.2", "at-default", "hs.example");
        network.dns
                .host("hs.example", "127.0.0.2")
                .broken("_matrix-fed._tcp.hs.example", DnsRecordType.SRV, (byte) 0, (byte) 1)
                .broken("_matrix._tcp.hs.example", DnsRecordType.SRV, new byte[] {0, 0, 0, 0, 0, 1, 5, 'a'})
                .broken("odd.example", DnsRecordType.A, (byte) 127)
                .broken("odd.example", DnsRecordType.AAAA, new byte[17]);

        assertThat(network.get("hs.example")).startsWith("at-default ");
        refuses("odd.example:1", Reason.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unknown.example", "unknown.example:8448", "-", "a..b", ".", "1.2.3", "0x7f000001"})
    void aNameThatLeadsNowhereIsNotFound(String name) {
        refuses(name, Reason.NOT_FOUND);
    }

    @Test
    void aNameWithALongLabelIsNotAskedFor() {
        refuses("a".repeat(64) + ".example", Reason.NOT_FOUND);
        assertThat(network.dns.asked()).isZero();
    }

    private void refuses(String name, Reason reason) {
        assertThatExceptionOfType(FederationException.class)
                .isThrownBy(() -> network.get(name))
                .satisfies(e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }
}
