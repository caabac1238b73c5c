package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.discovery.FederationException.Reason;
import dev.headwater.id.ServerName;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FederationClientTest {
    @Test
    void asksOnlyWhomTheOperatorFederatesWith() throws Exception {
        ServerName allowed = ServerName.parse("127.0.0.2");
        try (TestNetwork network = new TestNetwork(new FederationWhitelist(Set.of(allowed)))) {
            network.federation("127.0.0.2", "allowed", "127.0.0.2");
            TestServer other = network.federation("127.0.0.3", "other", "127.0.0.3");

            assertThat(network.get("127.0.0.2")).startsWith("allowed");
            for (String name : new String[] {"127.0.0.3", "hs.example", "127.0.0.2:8448"}) {
                assertThatExceptionOfType(FederationException.class)
                        .isThrownBy(() -> network.get(name))
                        .withMessageContaining("federation_domain_whitelist")
                        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_ALLOWED));
            }

            assertThat(other.connections()).isZero();
            assertThat(network.dns.asked()).isZero();
        }
    }
}
