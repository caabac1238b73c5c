package dev.headwater.gateway.cli;

import dev.headwater.gateway.Config;
import dev.headwater.gateway.auth.FederationWhitelist;
import dev.headwater.gateway.discovery.AddressRule;
import dev.headwater.gateway.discovery.FederationClient;
import dev.headwater.gateway.discovery.OutgoingOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/** A command's client for requests to other servers, with the one event loop that it runs on. */
final class Outgoing implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final LoopResources loops = LoopResources.create("headwater-outgoing", 1, true);
    private final FederationClient client;

    private Outgoing(Function<LoopResources, FederationClient> client) {
        this.client = client.apply(loops);
    }

    /** @param server where every request goes; null to find servers by their names */
    static Outgoing to(@Nullable URI server, OutgoingOptions options) {
        return new Outgoing(loops ->
                server == null ? FederationClient.create(options, loops) : FederationClient.at(server, options, loops));
    }

    /** What a configuration says of requests to other servers, with the certificates that it names. */
    static OutgoingOptions options(Config config) {
        List<X509Certificate> authorities = config.federationCustomCaList().orElse(List.of()).stream()
                .flatMap(file -> certificates(file).stream())
                .toList();
        return new OutgoingOptions(
                FederationWhitelist.of(config.federationDomainWhitelist()),
                AddressRule.allowing(config.ipRangeWhitelist().orElse(List.of())),
                authorities,
                List.of(),
                Clock.systemUTC());
    }

    private static List<X509Certificate> certificates(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!certificates.isEmpty()) {
                return certificates;
            }
            throw refused(file, "it holds no certificate");
        } catch (NoSuchFileException e) {
            throw refused(file, "it does not exist");
        } catch (IOException | CertificateException e) {
            throw refused(file, String.valueOf(e.getMessage()));
        }
    }

    private static CommandException refused(Path file, String why) {
        return CommandException.wrongUse(
                "federation_custom_ca_list: '" + file + "' is refused: " + why + "; expected certificates in PEM");
    }

    FederationClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close().then(loops.disposeLater(Duration.ZERO, PATIENCE)).block(PATIENCE.plus(PATIENCE));
    }
}
