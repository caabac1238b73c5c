package dev.headwater.gateway.discovery;

import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.id.ServerName;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import reactor.netty.resources.LoopResources;

/**
 * A small internet on loopback: names of its own, an authority of its own, and a client that may reach only the addresses
 * 127.0.0.2 to 127.0.0.7, of all that are not on the open internet.
 */
final class TestNetwork implements AutoCloseable {
    static final Bounds BOUNDS = new Bounds(Duration.ofSeconds(20), 1 << 20);

    /** An address that may be reached. */
    static final String OPEN = "127.0.0.2";

    final TestDns dns = new TestDns();
    final TestAuthority authority = new TestAuthority();
    final SettableClock clock = new SettableClock();
    final FederationClient.Ports ports;
    final FederationClient client;
    private final LoopResources loops = LoopResources.create("test-outgoing", 2, true);
    private final List<AutoCloseable> open = new ArrayList<>();

    TestNetwork(String... allowed) {
        this(FederationWhitelist.ALL, allowed);
    }

    TestNetwork(FederationWhitelist whitelist, String... allowed) {
        ports = new FederationClient.Ports(freePort(), freePort());
        List<AddressRange> ranges = Stream.concat(Stream.of("127.0.0.2/31", "127.0.0.4/30"), Stream.of(allowed))
                .map(AddressRange::parse)
                .toList();
        client = FederationClient.create(
                new OutgoingOptions(
                        whitelist,
                        AddressRule.allowing(ranges),
                        List.of(authority.certificate()),
                        List.of(dns.address()),
                        clock),
                loops,
                ports);
    }

    LoopResources loops() {
        return loops;
    }

    /** A server where federation is spoken unless somebody says otherwise, that proves to be the given names. */
    TestServer federation(String address, String label, String... certified) {
        return keep(TestServer.named(label, authority.server(certified), loops, address, ports.federation()));
    }

    /** A server on a port of its own. */
    TestServer elsewhere(String address, String label, String... certified) {
        return keep(TestServer.named(label, authority.server(certified), loops, address, 0));
    }

    TestServer elsewhere(String address, SslContext tls, TestServer.Handler handler) {
        return keep(TestServer.of(tls, loops, address, 0, handler));
    }

    /** A host with a name, an address and a well-known file. */
    TestServer wellKnown(String address, TestServer.Handler handler, String... names) {
        for (String name : names) {
            dns.host(name, address);
        }
        return keep(TestServer.of(authority.server(names), loops, address, ports.https(), handler));
    }

    TestServer delegating(String address, String name, String delegate) {
        return wellKnown(address, TestServer.answer(200, "{\"m.server\":\"" + delegate + "\"}"), name);
    }

    <T extends AutoCloseable> T keep(T opened) {
        open.add(opened);
        return opened;
    }

    String get(String server) {
        byte[] body = client.get(ServerName.parse(server), "/_matrix/key/v2/server", BOUNDS)
                .block(Duration.ofSeconds(30));
        return body == null ? "" : new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        client.close().block(Duration.ofSeconds(30));
        for (AutoCloseable opened : open) {
            opened.close();
        }
        dns.close();
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(Duration.ofSeconds(30));
    }

    /** Free on every address of loopback when it was looked for. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
