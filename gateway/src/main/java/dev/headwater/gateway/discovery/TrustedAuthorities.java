package dev.headwater.gateway.discovery;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;

/** Whose word is taken for which server a certificate belongs to. */
final class TrustedAuthorities {
    private TrustedAuthorities() {}

    /** @param authorities empty for those that the Java runtime trusts */
    static SslContext context(List<X509Certificate> authorities) {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                // The certificate must be for the host that the connection is made to, name or address.
                .endpointIdentificationAlgorithm("HTTPS");
        if (!authorities.isEmpty()) {
            builder.trustManager(authorities.toArray(X509Certificate[]::new));
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalStateException("the Java runtime has no TLS", e);
        }
    }
}
