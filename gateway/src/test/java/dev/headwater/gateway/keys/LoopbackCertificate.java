package dev.headwater.gateway.keys;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** A certificate of 127.0.0.1 that vouches for itself, with its key: made by the JDK's keytool, for Java and for others. */
final class LoopbackCertificate {
    private static final String PASSWORD = "changeit";

    private final Path directory;
    private final X509Certificate certificate;
    private final PrivateKey key;

    private LoopbackCertificate(Path directory, X509Certificate certificate, PrivateKey key) {
        this.directory = directory;
        this.certificate = certificate;
        this.key = key;
    }

    /** @param directory is made, and holds the files */
    static LoopbackCertificate make(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        Files.createDirectories(directory);
        Path store = directory.resolve("loopback.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "loopback",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=loopback",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.log").toFile())
                .start();
        if (keytool.waitFor() != 0) {
            throw new IOException(Files.readString(directory.resolve("keytool.log")));
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return new LoopbackCertificate(directory, (X509Certificate) keys.getCertificate("loopback"), (PrivateKey)
                keys.getKey("loopback", PASSWORD.toCharArray()));
    }

    X509Certificate certificate() {
        return certificate;
    }

    /** TLS of a server on 127.0.0.1. */
    SslContext server() throws IOException {
        return SslContextBuilder.forServer(key, certificate)
                .sslProvider(SslProvider.JDK)
                .build();
    }

    Path certificatePem() throws IOException, GeneralSecurityException {
        return pem("certificate.pem", "CERTIFICATE", certificate.getEncoded());
    }

    Path keyPem() throws IOException {
        return pem("key.pem", "PRIVATE KEY", key.getEncoded());
    }

    private Path pem(String file, String kind, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                directory.resolve(file), "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
    }
}
