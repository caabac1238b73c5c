package dev.headwater.gateway.discovery;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.NetUtil;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority that vouches for whatever a test says. */
public final class TestAuthority {
    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final X500Name name = new X500Name("CN=Authority of a test " + SERIAL.get());
    private final KeyPair keys = keys();
    private final X509Certificate certificate =
            sign(name, name, keys, keys, Instant.now().plus(Duration.ofDays(1)));

    public X509Certificate certificate() {
        return certificate;
    }

    /** TLS of a server that proves to be these names and addresses. */
    public SslContext server(String... names) {
        return server(Instant.now().plus(Duration.ofDays(1)), names);
    }

    SslContext server(Instant until, String... names) {
        KeyPair own = keys();
        X509Certificate leaf = sign(name, new X500Name("CN=" + "of a server"), keys, own, until, names);
        return context(own, leaf, certificate);
    }

    /** TLS of a server for which nobody vouches but itself. */
    static SslContext selfSigned(String... names) {
        KeyPair own = keys();
        X500Name self = new X500Name("CN=itself");
        return context(own, sign(self, self, own, own, Instant.now().plus(Duration.ofDays(1)), names));
    }

    private static SslContext context(KeyPair keys, X509Certificate... chain) {
        try {
            return SslContextBuilder.forServer(keys.getPrivate(), chain)
                    .sslProvider(SslProvider.JDK)
                    .build();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate sign(
            X500Name issuer, X500Name subject, KeyPair signer, KeyPair subjects, Instant until, String... names) {
        try {
            Instant from = until.minus(Duration.ofDays(10));
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    BigInteger.valueOf(SERIAL.incrementAndGet()),
                    Date.from(from),
                    Date.from(until),
                    subject,
                    subjects.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(names.length == 0));
            if (names.length > 0) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(
                                Stream.of(names).map(TestAuthority::generalName).toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static GeneralName generalName(String name) {
        boolean address = NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }
}
