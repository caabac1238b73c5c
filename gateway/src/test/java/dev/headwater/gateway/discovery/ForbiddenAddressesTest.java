package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.headwater.gateway.discovery.FederationException.Reason;
import dev.headwater.id.InvalidIdException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way to make us connect to where we should not, and not one connection.
 *
 * <p>Two things count: traps on loopback, and the connector, which knows of each connect that goes on to the network. All
 * that it knows of must have arrived at the one server that may be reached.
 */
class ForbiddenAddressesTest {
    private static final String DOMAIN = ".ways.example";

    /** One of each range, IPv4 first. */
    private static final List<String> FORBIDDEN = List.of(
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.254",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.254",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.254",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1", // compatible
            "::ffff:127.0.0.1", // mapped
            "::ffff:0:127.0.0.1", // translated
            "64:ff9b::127.0.0.1", // NAT64
            "64:ff9b:1::127.0.0.1", // NAT64 of a network of its own
            "100::1", // discarded
            "2001::1", // Teredo
            "2001:0:7f00:1::", // Teredo, by a server there
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::1", // 6to4
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "2a00:1450::5efe:127.0.0.1", // ISATAP
            "2a00:1450::200:5efe:10.0.0.1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1");

    /** Of these, those for which the ways with TLS are tried. */
    private static final List<String> TYPICAL = List.of(
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "192.168.1.1",
            "224.0.0.1",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "2001:0:7f00:1::",
            "2002:7f00:1::1",
            "2a00:1450::5efe:127.0.0.1",
            "fd12:3456::1",
            "fe80::1");

    /** What other programs would read as 127.0.0.1, ::1 or the like. */
    private static final List<String> ODD_SPELLINGS = List.of(
            "2130706433",
            "017700000001",
            "0x7f000001",
            "0X7F000001",
            "127.1",
            "127.0.1",
            "0177.0.0.1",
            "0177.0000.0000.0001",
            "0x7f.0.0.1",
            "0x7f.1",
            "127.0.0.01",
            "127.0.0.1.",
            "127.0.0.0x1",
            "00127.0.0.1",
            "1.127.0.0.1.",
            "0",
            "0.",
            "[0:0:0:0:0:0:0:1]",
            "[0::1]",
            "[::0001]",
            "[::7f00:1]",
            "[::FFFF:7F00:1]",
            "[0:0:0:0:0:ffff:7f00:1]",
            "[64:FF9B::7F00:1]",
            "localhost",
            "LOCALHOST",
            "localhost.");

    private static final AtomicInteger NAMES = new AtomicInteger();

    private static TestNetwork network = new TestNetwork();
    private static final List<TrapListener> TRAPS = new ArrayList<>();
    private static @Nullable TestServer federation;
    private static @Nullable TestServer wellKnown;

    @BeforeAll
    static void listen() throws Exception {
        int port = network.ports.federation();
        federation = network.federation("127.0.0.2", "open", "*" + DOMAIN, "127.0.0.2");
        wellKnown = network.wellKnown("127.0.0.2", TestServer.answer(404, ""), "*" + DOMAIN);
        for (String address : List.of("127.0.0.1", "127.255.255.254", "::1")) {
            TRAPS.add(new TrapListener(address, port));
            TRAPS.add(new TrapListener(address, network.ports.https()));
        }
    }

    @AfterAll
    static void close() throws Exception {
        for (TrapListener trap : TRAPS) {
            trap.close();
        }
        network.close();
    }

    /**
     * @param way how somebody tries
     * @param server the name that is asked
     * @param wellKnown what its well-known file answers
     * @param reaches whether in the end the open server may be reached by other means
     */
    private record Way(String way, String server, TestServer.Handler wellKnown, boolean reaches) {
        @Override
        public String toString() {
            return way;
        }
    }

    static Stream<Way> ways() {
        List<Way> ways = new ArrayList<>();
        int port = network.ports.federation();
        for (String address : FORBIDDEN) {
            String literal = address.contains(":") ? "[" + address + "]" : address;
            ways.add(refused("literal " + address, literal));
            ways.add(refused("literal with a port " + address, literal + ":" + port));
            ways.add(refused("record " + address, named(address)));
            ways.add(refused("record of a name with a port " + address, named(address) + ":" + port));
        }
        for (String address : TYPICAL) {
            String literal = address.contains(":") ? "[" + address + "]" : address;
            String target = named(address);
            String served = named("127.0.0.2");
            network.dns.services("_matrix-fed._tcp." + served, "0 0 " + port + " " + target);
            ways.add(refused("service " + address, served));
            String old = named("127.0.0.2");
            network.dns.services("_matrix._tcp." + old, "0 0 " + port + " " + target, "1 0 1 " + target);
            ways.add(refused("service of the old kind " + address, old));
            ways.add(delegating("delegated " + address, literal));
            ways.add(delegating("delegated with a port " + address, literal + ":" + port));
            ways.add(delegating("delegated to a name " + address, named(address) + ":" + port));
            String further = named("127.0.0.2");
            network.dns.services("_matrix-fed._tcp." + further, "0 0 " + port + " " + target);
            ways.add(delegating("delegated to a name with a service " + address, further));
            ways.add(redirected("redirected " + address, "https://" + literal + "/.well-known/matrix/server"));
            ways.add(redirected("redirected with a port " + address, "https://" + literal + ":" + port + "/x"));
            ways.add(redirected("redirected to a name " + address, "https://" + named(address) + "/x"));
        }
        for (String odd : ODD_SPELLINGS) {
            ways.add(refused("spelt " + odd, odd));
            ways.add(refused("spelt with a port " + odd, odd + ":" + port));
            ways.add(redirected("redirected to what is spelt " + odd, "https://" + odd + "/"));
            // What is no name is no delegation; then the name itself is asked.
            boolean name = HostName.of(odd) != null;
            Way delegated = delegating("delegated to what is spelt " + odd, odd + ":" + port);
            ways.add(new Way(delegated.way, delegated.server, delegated.wellKnown, !name));
        }
        for (String location : List.of(
                "http://127.0.0.1/",
                "//127.0.0.1/",
                "https://127.0.0.2@127.0.0.1/",
                "https://127.0.0.1:" + port + "@127.0.0.2/",
                "https:\\\\127.0.0.1\\",
                "https://127.0.0.1#@127.0.0.2/",
                "https://[fe80::1%25lo]/",
                "https://[::1%25lo]/",
                "https://[::1%lo]/",
                "https://127.0.0.1%2f@127.0.0.2/",
                "gopher://127.0.0.1/",
                "file:///etc/passwd",
                "ftp://127.0.0.1/",
                "https:///127.0.0.1/",
                "https://127.0.0.1\t/",
                "https://ｌocalhost/",
                "https://①②⑦.0.0.1/")) {
            ways.add(redirected("redirected to " + location, location));
        }
        for (String delegate : List.of(
                "[fe80::1%25lo]",
                "[::1%lo]",
                "[::1]@127.0.0.1",
                "https://127.0.0.1",
                "127.0.0.1/x",
                "127.0.0.1:" + port + "/",
                "127.0.0.1 ",
                "user@127.0.0.1")) {
            Way delegated = delegating("delegated to " + delegate, delegate);
            ways.add(new Way(delegated.way, delegated.server, delegated.wellKnown, true));
        }
        return ways.stream();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void noWayLeadsThere(Way way) {
        wellKnown().handler(way.wellKnown);
        long attempts = network.client.attempts();
        int arrived = arrived();

        if (way.reaches) {
            assertThat(network.get(way.server)).startsWith("open ");
        } else {
            refuses(way.server);
        }

        isWhatArrived(network.client.attempts() - attempts, arrived);
    }

    @Test
    void thereAreManyWays() {
        assertThat(ways().count()).isGreaterThan(400);
    }

    @Test
    void aNameThatMovesIsNotFollowed() {
        for (String address : TYPICAL) {
            String name = "moves" + NAMES.incrementAndGet() + DOMAIN;
            network.dns.host(0, name, "127.0.0.2").host(0, name, address);
            String server = name + ":" + network.ports.federation();
            assertThat(network.get(server)).startsWith("open ");
            long attempts = network.client.attempts();
            int arrived = arrived();

            network.clock.advance(Duration.ofMinutes(1));

            refuses(server);
            isWhatArrived(network.client.attempts() - attempts, arrived);
        }
    }

    @Test
    void ofSeveralAddressesOnlyTheOpenOnesAreTried() {
        for (String address : FORBIDDEN) {
            String name = named(address, "127.0.0.7", "127.0.0.1");
            // Nobody listens at the open one, and yet no other is tried.
            long attempts = network.client.attempts();

            assertThatExceptionOfType(FederationException.class)
                    .isThrownBy(() -> network.get(name + ":" + network.ports.federation()))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE));

            assertThat(network.client.attempts() - attempts).isEqualTo(1);
            assertThat(caught()).isZero();
        }
    }

    @Test
    void namesThatAreNoneAreNotEvenNames() {
        for (String name :
                List.of("[::1%lo]", "[::1%25lo]", "127.0.0.1%00", "127.0.0.1#", "１２７.0.0.1", "[127.0.0.1", "::1")) {
            assertThatExceptionOfType(InvalidIdException.class).isThrownBy(() -> network.get(name));
        }
    }

    /** The traps work, and what the operator allows is reached in each of the ways. */
    @Test
    void whatTheOperatorAllowsIsReached() throws Exception {
        try (TestNetwork allowing = new TestNetwork("127.0.0.1", "::1", "10.0.0.0/8")) {
            int port = allowing.ports.federation();
            allowing.federation("127.0.0.1", "four", "127.0.0.1", "*" + DOMAIN);
            allowing.federation("::1", "six", "::1", "*" + DOMAIN);
            TestServer file = allowing.wellKnown("127.0.0.2", TestServer.answer(404, ""), "*" + DOMAIN);
            allowing.dns
                    .host("four" + DOMAIN, "127.0.0.1")
                    .host("six" + DOMAIN, "::1")
                    .host("both" + DOMAIN, "192.168.0.1", "::1")
                    .host("served" + DOMAIN, "127.0.0.2")
                    .services("_matrix-fed._tcp.served" + DOMAIN, "0 0 " + port + " six" + DOMAIN);

            assertThat(allowing.get("127.0.0.1")).startsWith("four ");
            assertThat(allowing.get("[::1]")).startsWith("six ");
            assertThat(allowing.get("[::ffff:127.0.0.1]")).startsWith("four ");
            assertThat(allowing.get("four" + DOMAIN)).startsWith("four ");
            assertThat(allowing.get("six" + DOMAIN + ":" + port)).startsWith("six ");
            assertThat(allowing.get("both" + DOMAIN + ":" + port)).startsWith("six ");
            assertThat(allowing.get("served" + DOMAIN)).startsWith("six ");

            allowing.dns.host("delegates" + DOMAIN, "127.0.0.2").host("redirects" + DOMAIN, "127.0.0.2");
            file.handler(TestServer.answer(200, "{\"m.server\":\"127.0.0.1\"}"));
            assertThat(allowing.get("delegates" + DOMAIN)).startsWith("four ");
            TestServer second = allowing.elsewhere("127.0.0.1", "delegating", "127.0.0.1");
            second.handler(TestServer.answer(200, "{\"m.server\":\"[::1]:" + port + "\"}"));
            file.handler(TestServer.answer(302, "", "Location", "https://127.0.0.1:" + second.port() + "/"));
            assertThat(allowing.get("redirects" + DOMAIN)).startsWith("six ");
        }
        try (TestNetwork allowing = new TestNetwork("127.0.0.1");
                TrapListener trap = new TrapListener("127.0.0.1", allowing.ports.federation())) {
            assertThatExceptionOfType(FederationException.class).isThrownBy(() -> allowing.get("127.0.0.1"));
            await().untilAsserted(() -> assertThat(trap.caught()).isPositive());
            assertThat(allowing.client.attempts()).isPositive();
        }
    }

    private static Way refused(String way, String server) {
        return new Way(way, server, TestServer.answer(404, ""), false);
    }

    private static Way delegating(String way, String delegate) {
        return new Way(way, named("127.0.0.2"), TestServer.answer(200, "{\"m.server\":\"" + delegate + "\"}"), false);
    }

    /** Who redirects to where nobody may follow does not delegate: then its name itself is asked. */
    private static Way redirected(String way, String location) {
        return new Way(way, named("127.0.0.2"), TestServer.answer(302, "", "Location", location), true);
    }

    /** A new name with these addresses. */
    private static String named(String... addresses) {
        String name = "way" + NAMES.incrementAndGet() + DOMAIN;
        network.dns.host(name, addresses);
        return name;
    }

    private static void refuses(String server) {
        assertThatExceptionOfType(FederationException.class)
                .isThrownBy(() -> network.get(server))
                .satisfies(e -> {
                    assertThat(e.reason()).isIn(Reason.FORBIDDEN_ADDRESS, Reason.NOT_FOUND);
                    assertThat(e.getMessage())
                            .matches(".*: (has no address that may be reached|not a name that DNS could know)");
                });
    }

    /** Each connect that went on to the network is one that the open servers saw. */
    private static void isWhatArrived(long attempts, int before) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(arrived() - before).isEqualTo((int) attempts));
        assertThat(caught()).isZero();
    }

    private static int arrived() {
        return wellKnown().connections() + Objects.requireNonNull(federation).connections();
    }

    private static TestServer wellKnown() {
        return Objects.requireNonNull(wellKnown);
    }

    private static int caught() {
        return TRAPS.stream().mapToInt(TrapListener::caught).sum();
    }
}
