package dev.headwater.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.discovery.AddressRange;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a configuration says. */
class ConfigFileTest {
    private static final String KEY = "DNgYnD/S0nBwY8Wpoz6O+xfipL7NSh4jh+WnVKKqW8g";

    @Test
    void hasTheseDefaults() {
        Config config = parse("server_name: hs.example");

        assertThat(config.serverName()).isEqualTo(ServerName.parse("hs.example"));
        assertThat(config.listeners()).singleElement().satisfies(listener -> {
            assertThat(listener.port()).isEqualTo(8448);
            assertThat(listener.bindAddresses()).containsExactly("127.0.0.1");
            assertThat(listener.type()).isEqualTo(Config.ListenerType.FEDERATION);
            assertThat(listener.xForwarded()).isFalse();
            assertThat(listener.trustedProxies()).isEmpty();
            assertThat(listener.tls()).isEmpty();
        });
        assertThat(config.store()).isEqualTo(new StoreUri("redis://127.0.0.1:6379/0"));
        assertThat(config.verifyKeys()).isEmpty();
        assertThat(config.trustedKeyServers()).isEmpty();
        assertThat(config.signingKeyPath()).isEmpty();
        assertThat(config.federationDomainWhitelist()).isEmpty();
        assertThat(config.rcAddress().perSecond()).isEqualTo(200);
        assertThat(config.rcAddress().burstCount()).isEqualTo(1000);
        assertThat(config.rcFederation().concurrent()).isEqualTo(5);
        assertThat(config.rcFederation().rejectLimit()).isEqualTo(50);
        assertThat(config.http().maxConnections()).isEqualTo(10_000);
        assertThat(config.http().maxConnectionsPerAddress()).isEqualTo(512);
        assertThat(config.http().maxResponses()).isEmpty();
        assertThat(config.ipRangeWhitelist()).isEmpty();
        assertThat(config.federationCustomCaList()).isEmpty();
        assertThat(config.backfill().maxLimit()).isEqualTo(500);
        assertThat(config.getMissingEvents().maxLimit()).isEqualTo(50);
        assertThat(config.getMissingEvents().minDepth()).isEqualTo(Config.MinDepth.IGNORED);
        assertThat(config.cache().maxBytes()).isEmpty();
        assertThat(config.ingest().ack()).isEqualTo(Config.Ack.MEMORY);
        assertThat(config.ingest().sealPages()).isTrue();
        assertThat(config.http().idleTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.http().requestTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.http().progressTimeout()).isEqualTo(Duration.ofSeconds(120));
        assertThat(config.http().maxTarget()).isEqualTo(16_384);
    }

    @Test
    void takesEveryKey() {
        Config config = parse("""
                server_name: "hs.example:443"
                listeners:
                  - port: 0
                    bind_addresses: ["127.0.0.1", "::1"]
                    type: federation
                    x_forwarded: true
                    trusted_proxies: ["10.0.0.0/8", "2001:db8::7"]
                  - port: 8009
                    x_forwarded: true
                    tls: { certificate_path: tls/chain.pem, private_key_path: /keys/tls.pem }
                store: "rediss://user:p%%40ss@redis.example:6380/3"
                verify_keys:
                  remote.example:8448: { "ed25519:a_1": "%s", "ed25519:b.2": "%s" }
                  "[::1]:8448": { ed25519:auto: %s }
                trusted_key_servers:
                  - server_name: notary.example
                    verify_keys: { "ed25519:n.1": "%s" }
                  - { server_name: "other.example:443" }
                signing_key_path: keys/signing.key
                federation_domain_whitelist: ["remote.example:8448", "[::1]"]
                ip_range_whitelist: ["10.1.0.0/16", "fd00::/8", "192.168.1.1"]
                federation_custom_ca_list: [ca.pem, /etc/ssl/other.pem]
                backfill: { max_limit: 100 }
                get_missing_events: { max_limit: 20, min_depth: honoured }
                rc_address: { per_second: 7, burst_count: 8 }
                rc_federation: { concurrent: 9, reject_limit: 0 }
                cache: { max_bytes: 0 }
                ingest: { ack: memory, seal_pages: false }
                http: { idle_timeout: 2m, request_timeout: 500ms, progress_timeout: 1h, max_target: 4096,
                        max_connections: 11, max_connections_per_address: 12, max_responses: 13 }
                """.formatted(KEY, KEY, KEY, KEY));

        assertThat(config.serverName()).isEqualTo(ServerName.parse("hs.example:443"));
        assertThat(config.listeners()).extracting(Config.Listener::port).containsExactly(0, 8009);
        assertThat(config.listeners().get(0).bindAddresses()).containsExactly("127.0.0.1", "::1");
        assertThat(config.listeners().get(1).tls()).hasValueSatisfying(tls -> {
            assertThat(tls.certificatePath()).isEqualTo(Path.of("/etc/headwater/tls/chain.pem"));
            assertThat(tls.privateKeyPath()).isEqualTo(Path.of("/keys/tls.pem"));
        });
        assertThat(config.store().value()).isEqualTo("rediss://user:p%40ss@redis.example:6380/3");
        assertThat(config.verifyKeys())
                .isEqualTo(Map.of(
                        ServerName.parse("remote.example:8448"),
                        Map.of(KeyId.parse("ed25519:a_1"), KEY, KeyId.parse("ed25519:b.2"), KEY),
                        ServerName.parse("[::1]:8448"),
                        Map.of(KeyId.parse("ed25519:auto"), KEY)));
        assertThat(config.trustedKeyServers())
                .extracting(Config.TrustedKeyServer::serverName)
                .containsExactly(ServerName.parse("notary.example"), ServerName.parse("other.example:443"));
        assertThat(config.trustedKeyServers().get(0).verifyKeys()).isEqualTo(Map.of(KeyId.parse("ed25519:n.1"), KEY));
        assertThat(config.trustedKeyServers().get(1).verifyKeys()).isEmpty();
        assertThat(config.signingKeyPath()).contains(Path.of("/etc/headwater/keys/signing.key"));
        assertThat(config.listeners()).allMatch(Config.Listener::xForwarded);
        assertThat(config.listeners().get(0).trustedProxies())
                .contains(List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("2001:db8::7")));
        assertThat(config.listeners().get(1).trustedProxies()).isEmpty();
        assertThat(config.federationDomainWhitelist())
                .contains(List.of(ServerName.parse("remote.example:8448"), ServerName.parse("[::1]")));
        assertThat(config.rcAddress().perSecond()).isEqualTo(7);
        assertThat(config.rcAddress().burstCount()).isEqualTo(8);
        assertThat(config.rcFederation().concurrent()).isEqualTo(9);
        assertThat(config.rcFederation().rejectLimit()).isZero();
        assertThat(config.http().maxConnections()).isEqualTo(11);
        assertThat(config.http().maxConnectionsPerAddress()).isEqualTo(12);
        assertThat(config.http().maxResponses()).contains(13);
        assertThat(config.ipRangeWhitelist())
                .contains(List.of(
                        AddressRange.parse("10.1.0.0/16"),
                        AddressRange.parse("fd00::/8"),
                        AddressRange.parse("192.168.1.1")));
        assertThat(config.federationCustomCaList())
                .contains(List.of(Path.of("/etc/headwater/ca.pem"), Path.of("/etc/ssl/other.pem")));
        assertThat(config.backfill().maxLimit()).isEqualTo(100);
        assertThat(config.getMissingEvents().maxLimit()).isEqualTo(20);
        assertThat(config.getMissingEvents().minDepth()).isEqualTo(Config.MinDepth.HONOURED);
        assertThat(config.cache().maxBytes()).contains(0L);
        assertThat(config.ingest().sealPages()).isFalse();
        assertThat(config.ingest().ack()).isEqualTo(Config.Ack.MEMORY);
        assertThat(config.http().idleTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.http().requestTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.http().progressTimeout()).isEqualTo(Duration.ofHours(1));
        assertThat(config.http().maxTarget()).isEqualTo(4096);
    }

    @Test
    void theShippedFileSaysTheDefaults() throws Exception {
        Path shipped = Path.of("src/assembly/conf/headwater.yaml");

        assertThat(ConfigFile.load(shipped, Map.of())).isEqualTo(parse("server_name: hs.example"));
    }

    @Test
    void noKeyIsForgottenByTheTestsAbove() {
        assertThat(ConfigProblems.properties())
                .containsExactly(
                        "backfill.max_limit",
                        "cache.max_bytes",
                        "federation_custom_ca_list",
                        "federation_custom_ca_list[*]",
                        "federation_domain_whitelist",
                        "federation_domain_whitelist[*]",
                        "get_missing_events.max_limit",
                        "get_missing_events.min_depth",
                        "http.idle_timeout",
                        "http.max_connections",
                        "http.max_connections_per_address",
                        "http.max_responses",
                        "http.max_target",
                        "http.progress_timeout",
                        "http.request_timeout",
                        "ingest.ack",
                        "ingest.seal_pages",
                        "ip_range_whitelist",
                        "ip_range_whitelist[*]",
                        "listeners[*].bind_addresses",
                        "listeners[*].bind_addresses[*]",
                        "listeners[*].port",
                        "listeners[*].tls.certificate_path",
                        "listeners[*].tls.private_key_path",
                        "listeners[*].trusted_proxies",
                        "listeners[*].trusted_proxies[*]",
                        "listeners[*].type",
                        "listeners[*].x_forwarded",
                        "rc_address.burst_count",
                        "rc_address.per_second",
                        "rc_federation.concurrent",
                        "rc_federation.reject_limit",
                        "server_name",
                        "signing_key_path",
                        "store",
                        "trusted_key_servers[*].server_name",
                        "trusted_key_servers[*].verify_keys.*",
                        "verify_keys.*.*");
    }

    @Test
    void everyKeyIsAnEnvironmentVariableToo() {
        Config config = ConfigFile.parse(
                "server_name: file.example\nlisteners: [{port: 1}, {port: 2}]\nbackfill: {max_limit: 7}",
                Map.ofEntries(
                        Map.entry("HEADWATER_SERVER_NAME", "env.example"),
                        Map.entry("HEADWATER_LISTENERS", "[{port: 3, bind_addresses: [127.0.0.1]}]"),
                        Map.entry("HEADWATER_STORE", "memory:"),
                        Map.entry("HEADWATER_VERIFY_KEYS", "{a.example: {\"ed25519:1\": \"" + KEY + "\"}}"),
                        Map.entry("HEADWATER_SIGNING_KEY_PATH", "/keys/a"),
                        Map.entry("HEADWATER_IP_RANGE_WHITELIST", "[10.0.0.0/8, \"::1\"]"),
                        Map.entry("HEADWATER_FEDERATION_CUSTOM_CA_LIST", "[/keys/ca.pem]"),
                        Map.entry("HEADWATER_BACKFILL_MAX_LIMIT", "8"),
                        Map.entry("HEADWATER_GET_MISSING_EVENTS_MAX_LIMIT", "9"),
                        Map.entry("HEADWATER_GET_MISSING_EVENTS_MIN_DEPTH", "honoured"),
                        Map.entry("HEADWATER_FEDERATION_DOMAIN_WHITELIST", "[a.example]"),
                        Map.entry("HEADWATER_RC_ADDRESS_PER_SECOND", "11"),
                        Map.entry("HEADWATER_RC_ADDRESS_BURST_COUNT", "12"),
                        Map.entry("HEADWATER_RC_FEDERATION_CONCURRENT", "13"),
                        Map.entry("HEADWATER_RC_FEDERATION_REJECT_LIMIT", "14"),
                        Map.entry("HEADWATER_HTTP_MAX_CONNECTIONS", "15"),
                        Map.entry("HEADWATER_HTTP_MAX_CONNECTIONS_PER_ADDRESS", "16"),
                        Map.entry("HEADWATER_HTTP_MAX_RESPONSES", "17"),
                        Map.entry("HEADWATER_INGEST_ACK", "memory"),
                        Map.entry("HEADWATER_INGEST_SEAL_PAGES", "false"),
                        Map.entry("HEADWATER_HTTP_IDLE_TIMEOUT", "1s"),
                        Map.entry("HEADWATER_HTTP_REQUEST_TIMEOUT", "2s"),
                        Map.entry("HEADWATER_HTTP_PROGRESS_TIMEOUT", "3s"),
                        Map.entry("HEADWATER_HTTP_MAX_TARGET", "2048"),
                        // Set by Kubernetes for a service of this name.
                        Map.entry("HEADWATER_PORT", "tcp://10.0.0.1:8448"),
                        Map.entry("HEADWATER_SERVICE_HOST", "10.0.0.1"),
                        Map.entry("PATH", "/bin")),
                Path.of("/etc"));

        assertThat(config.serverName()).isEqualTo(ServerName.parse("env.example"));
        assertThat(config.listeners()).extracting(Config.Listener::port).containsExactly(3);
        assertThat(config.store().isMemory()).isTrue();
        assertThat(config.verifyKeys()).containsOnlyKeys(ServerName.parse("a.example"));
        assertThat(config.signingKeyPath()).contains(Path.of("/keys/a"));
        assertThat(config.federationDomainWhitelist()).contains(List.of(ServerName.parse("a.example")));
        assertThat(config.rcAddress().perSecond()).isEqualTo(11);
        assertThat(config.rcAddress().burstCount()).isEqualTo(12);
        assertThat(config.rcFederation().concurrent()).isEqualTo(13);
        assertThat(config.rcFederation().rejectLimit()).isEqualTo(14);
        assertThat(config.http().maxConnections()).isEqualTo(15);
        assertThat(config.http().maxConnectionsPerAddress()).isEqualTo(16);
        assertThat(config.http().maxResponses()).contains(17);
        assertThat(config.ipRangeWhitelist())
                .contains(List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("::1")));
        assertThat(config.federationCustomCaList()).contains(List.of(Path.of("/keys/ca.pem")));
        assertThat(config.backfill().maxLimit()).isEqualTo(8);
        assertThat(config.ingest().sealPages()).isFalse();
        assertThat(config.getMissingEvents().maxLimit()).isEqualTo(9);
        assertThat(config.getMissingEvents().minDepth()).isEqualTo(Config.MinDepth.HONOURED);
        assertThat(config.http().idleTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.http().requestTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.http().progressTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.http().maxTarget()).isEqualTo(2048);
    }

    @Test
    void takesTheWordsForNone() {
        assertThat(parse("""
                                server_name: a.example
                                upstream: null
                                trusted_key_servers: []
                                federation_domain_whitelist: null
                                ip_range_whitelist: []
                                store_max_bytes: ~
                                listeners: [{ port: 1, x_forwarded: false }]
                                """).listeners()).hasSize(1);
    }

    static Config parse(String yaml) {
        return ConfigFile.parse(yaml, Map.of(), Path.of("/etc/headwater"));
    }
}
