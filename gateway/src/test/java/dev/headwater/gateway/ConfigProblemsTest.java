package dev.headwater.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.headwater.id.ServerName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a configuration, all of it at once. */
class ConfigProblemsTest {
    private static final String KEY = "DNgYnD/S0nBwY8Wpoz6O+xfipL7NSh4jh+WnVKKqW8g";

    @Test
    void namesEveryProblemAtOnce() {
        assertThat(problems("""
                        listeners:
                          - port: 65536
                            tls: { certificate_path: a }
                          - { type: admin, x_forwarded: 1, trusted_proxies: ["10.0.0.0/33"] }
                        store: "postgres://u:secret@h/db"
                        upstream: "http://127.0.0.1:8008"
                        verify_keys:
                          remote.example: { "ed25519:a_1": "AAAA", "rsa:1": "x" }
                        federation_domain_whitelist: ["remote.example", "a b"]
                        backfill: { max_limit: 1e3, min: 5 }
                        get_missing_events: { min_depth: "true" }
                        rc_address: { per_second: 0 }
                        rc_federation: { window_size: 1000, sleep_limit: 10, sleep_delay: 500, concurrent: 0, reject_limit: -1 }
                        ingest: { ack: local-fsync, seal_pages: often }
                        http: { idle_timeout: 5 minutes, max_target: 0 }
                        max_limit: 5
                        """))
                .containsExactlyInAnyOrder(
                        "server_name: missing; expected the resident server's name, such as hs.example",
                        "listeners[0].port: '65536' is refused: expected a port from 1 to 65535, or 0 for a free one",
                        "listeners[0].tls.private_key_path: missing; expected a PEM file with the certificate's key",
                        "listeners[1].x_forwarded: '1' is refused: expected true or false",
                        "listeners[1].trusted_proxies[0]: '10.0.0.0/33' is refused: expected a range of addresses"
                                + " such as 10.1.0.0/16 or fd00::/8",
                        "federation_domain_whitelist[1]: 'a b' is not a server name: host, IPv4 or [IPv6], with an"
                                + " optional port",
                        "rc_address.per_second: '0' is refused: expected a whole number from 1",
                        "rc_federation.window_size: '1000' has no meaning here: what is more than 'concurrent' waits for"
                                + " its turn, not for a time; leave the key out",
                        "rc_federation.sleep_limit: '10' has no meaning here: what is more than 'concurrent' waits for"
                                + " its turn, not for a time; leave the key out",
                        "rc_federation.sleep_delay: '500' has no meaning here: what is more than 'concurrent' waits for"
                                + " its turn, not for a time; leave the key out",
                        "rc_federation.concurrent: '0' is refused: expected a whole number from 1",
                        "rc_federation.reject_limit: '-1' is refused: expected a whole number from 0",
                        "listeners[1].port: missing; expected a port from 1 to 65535, or 0 for a free one",
                        "listeners[1].type: 'admin' is refused: expected federation",
                        "store: 'postgres://***@h/db' is refused: expected " + StoreUri.EXPECTED,
                        "upstream: 'http://127.0.0.1:8008' is not supported in this version; leave the key out",
                        "backfill.max_limit: '1e3' is refused: expected a whole number from 1",
                        "backfill.min: unknown key; expected under backfill one of max_limit",
                        "get_missing_events.min_depth: 'true' is refused: expected ignored or honoured",
                        "ingest.ack: 'local-fsync' is refused: expected memory",
                        "ingest.seal_pages: 'often' is refused: expected true or false",
                        "http.idle_timeout: '5 minutes' is refused: expected a duration such as 500ms, 5s, 2m or 1h",
                        "http.max_target: '0' is refused: expected a number of bytes from 1024 to 16777216",
                        "max_limit: unknown key; expected one of backfill, cache, federation_custom_ca_list,"
                                + " federation_domain_whitelist, get_missing_events, http, ingest, ip_range_whitelist,"
                                + " listeners, rc_address, rc_federation, server_name, signing_key_path, store,"
                                + " trusted_key_servers, verify_keys");
    }

    @Test
    void refusesRangesThatAreNone() {
        for (String range : List.of("10.0.0.0/33", "0x7f.1", "*", "a.example")) {
            assertThat(problems("server_name: a.example\nip_range_whitelist: [10.0.0.0/8, \"" + range + "\"]"))
                    .containsExactly("ip_range_whitelist[1]: '" + range
                            + "' is refused: expected a range of addresses such" + " as 10.1.0.0/16 or fd00::/8");
        }
    }

    @Test
    void refusesKeysThatAreNone() {
        assertThat(problems("server_name: a.example\nverify_keys: {b.example: {\"ed25519:a_1\": AAAA, \"rsa:1\": x}}"))
                .containsExactlyInAnyOrder(
                        "verify_keys.b.example.ed25519:a_1: 'AAAA' is refused: expected 32 bytes in unpadded base64",
                        "verify_keys.b.example.rsa:1: 'rsa' is refused: expected a key ID such as ed25519:a_1");
    }

    @Test
    void refusesNotariesThatAreNone() {
        assertThat(problems("""
                        server_name: a.example
                        trusted_key_servers:
                          - verify_keys: { "ed25519:a_1": AAAA }
                          - { server_name: "a b", accept_keys_insecurely: true }
                        """))
                .containsExactlyInAnyOrder(
                        "trusted_key_servers[0].server_name: missing; expected the notary's name, such as notary.example",
                        "trusted_key_servers[1].server_name: 'a b' is not a server name: host, IPv4 or [IPv6], with an"
                                + " optional port",
                        "trusted_key_servers[1].accept_keys_insecurely: unknown key; expected under trusted_key_servers"
                                + " one of server_name, verify_keys");
        assertThat(problems("server_name: a.example\ntrusted_key_servers:\n"
                        + "  - { server_name: n.example, verify_keys: { \"ed25519:a_1\": AAAA, \"rsa:1\": x } }\n"
                        + "  - server_name: m.example\n".repeat(8)))
                .containsExactlyInAnyOrder(
                        "trusted_key_servers[0].verify_keys.ed25519:a_1: 'AAAA' is refused: expected 32 bytes in unpadded"
                                + " base64",
                        "trusted_key_servers[0].verify_keys.rsa:1: 'rsa' is refused: expected a key ID such as"
                                + " ed25519:a_1",
                        "trusted_key_servers: '9 servers' is refused: expected at most 8, since all of them are asked for"
                                + " every key");
    }

    @Test
    void refusesNamesThatAreNone() {
        assertThat(problems("server_name: a b\nverify_keys: {c d: {\"ed25519:a_1\": " + KEY + "}}"))
                .containsExactlyInAnyOrder(
                        "server_name: 'a b' is not a server name: host, IPv4 or [IPv6], with an optional port",
                        "verify_keys: 'c d' is not a server name: host, IPv4 or [IPv6], with an optional port");
        assertThat(problems("server_name: a.example\nverify_keys: {c.example: {nonsense: " + KEY + "}}"))
                .containsExactly("verify_keys: 'nonsense' is not a key ID such as ed25519:a_1");
    }

    @Test
    void neverTakesAnEmptyListOfServersForAllServers() {
        assertThat(problems("server_name: a.example\nfederation_domain_whitelist: []"))
                .containsExactly(
                        "federation_domain_whitelist: '[]' is refused: expected at least one server; leave the key"
                                + " out to let all of them ask");
        assertThat(ConfigFileTest.parse("server_name: a.example\nfederation_domain_whitelist: b.example")
                        .federationDomainWhitelist())
                .contains(List.of(ServerName.parse("b.example")));
    }

    @Test
    void namesProxiesOnlyWhereTheirWordCounts() {
        assertThat(problems("server_name: a.example\nlisteners: [{ port: 1, trusted_proxies: [10.0.0.1] }]"))
                .containsExactly("listeners[0].trusted_proxies: '[10.0.0.1]' is refused: expected 'x_forwarded: true'"
                        + " beside it");
    }

    @Test
    void refusesWrongShapes() {
        assertThat(problems("server_name: [a, b]")).isNotEmpty();
        assertThat(problems("server_name: a.example\nlisteners: 8448"))
                .containsExactly("listeners: unknown key; expected one of backfill, cache, federation_custom_ca_list,"
                        + " federation_domain_whitelist, get_missing_events, http, ingest, ip_range_whitelist,"
                        + " listeners, rc_address, rc_federation, server_name, signing_key_path, store,"
                        + " trusted_key_servers, verify_keys");
    }

    @Test
    void saysWhereYamlIsBroken() {
        assertThat(problems("server_name: a.example\n  store: memory:"))
                .containsExactly("line 2, column 8: mapping values are not allowed here; expected YAML");
        assertThat(problems("store: 'memory:'\nstore: 'memory:'"))
                .singleElement()
                .asString()
                .startsWith("line 2, column 1: found duplicate key store");
        assertThat(problems("- a"))
                .containsExactly("the file holds no YAML mapping; expected lines such as 'server_name: hs.example'");
    }

    @Test
    void namesVariablesThatCannotBeReadAndLeavesThoseOfOthersAlone() {
        ConfigException exception = catchThrowableOfType(
                ConfigException.class,
                () -> ConfigFile.parse(
                        "server_name: a.example",
                        Map.of("HEADWATER_STROE", "memory:", "HEADWATER_LISTENERS", "[{"),
                        Path.of("")));

        assertThat(exception.problems()).hasSize(1);
        assertThat(exception.problems().get(0)).startsWith("HEADWATER_LISTENERS: '[{' is refused: line 1");
    }

    @Test
    void namesFilesThatCannotBeRead(@TempDir Path directory) throws Exception {
        Path absent = directory.resolve("absent.yaml");
        Path latin =
                Files.write(directory.resolve("latin.yaml"), "server_name: é".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(problemsOf(absent)).containsExactly("'" + absent + "' does not exist; expected a YAML file");
        assertThat(problemsOf(latin)).containsExactly("'" + latin + "' is not UTF-8; expected a YAML file");
        assertThat(problemsOf(directory)).singleElement().asString().contains("cannot be read");
    }

    private static List<String> problems(String yaml) {
        return catchThrowableOfType(ConfigException.class, () -> ConfigFileTest.parse(yaml))
                .problems();
    }

    private static List<String> problemsOf(Path file) {
        return catchThrowableOfType(ConfigException.class, () -> ConfigFile.load(file, Map.of()))
                .problems();
    }
}
