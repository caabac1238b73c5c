package dev.headwater.gateway.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** A certificate made anew, and its key; it vouches for itself unless another one does. */
public final class TestCertificate {
    private final String name;
    private final KeyPair pair;
    private final X509CertificateHolder certificate;

    private TestCertificate(String name, KeyPair pair, String issuer, PrivateKey issuerKey, String algorithm) {
        this.name = name;
        this.pair = pair;
        Instant now = Instant.now();
        try {
            this.certificate = new JcaX509v3CertificateBuilder(
                            new X500Name("CN=" + issuer),
                            BigInteger.valueOf(now.toEpochMilli()),
                            Date.from(now.minusSeconds(3_600)),
                            Date.from(now.plusSeconds(86_400)),
                            new X500Name("CN=" + name),
                            pair.getPublic())
                    .build(new JcaContentSignerBuilder(algorithm).build(issuerKey));
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    public static TestCertificate ec(String name) {
        KeyPair pair = pair("EC", 256);
        return new TestCertificate(name, pair, name, pair.getPrivate(), "SHA256withECDSA");
    }

    public static TestCertificate rsa(String name) {
        KeyPair pair = pair("RSA", 2048);
        return new TestCertificate(name, pair, name, pair.getPrivate(), "SHA256withRSA");
    }

    /** A certificate with a key of its own, that this one, which is of elliptic curves, vouches for. */
    public TestCertificate issue(String subject) {
        return new TestCertificate(subject, pair("EC", 256), name, pair.getPrivate(), "SHA256withECDSA");
    }

    private static KeyPair pair(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public String certificatePem() {
        return pem(certificate);
    }

    /** As today's tools write it. */
    public String pkcs8Pem() {
        return pem(new PemObject("PRIVATE KEY", pair.getPrivate().getEncoded()));
    }

    /** As OpenSSL wrote it for long: {@code BEGIN RSA PRIVATE KEY}, {@code BEGIN EC PRIVATE KEY}. */
    public String traditionalPem() {
        if (pair.getPrivate() instanceof ECPrivateKey key) {
            // The JDK names the curve only around the key, OpenSSL within it.
            return pem(new PemObject(
                    "EC PRIVATE KEY",
                    encoded(new org.bouncycastle.asn1.sec.ECPrivateKey(
                            256, key.getS(), SECObjectIdentifiers.secp256r1))));
        }
        return pem(PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded()));
    }

    /** Writes both files into a directory, over those of the same kind. */
    public TlsFiles in(Path directory) {
        TlsFiles files = new TlsFiles(directory.resolve("fullchain.pem"), directory.resolve("privkey.pem"));
        try {
            Files.writeString(files.certificate(), certificatePem());
            Files.writeString(files.privateKey(), pkcs8Pem());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static byte[] encoded(org.bouncycastle.asn1.sec.ECPrivateKey key) {
        try {
            return key.getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pem(Object what) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(what);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
