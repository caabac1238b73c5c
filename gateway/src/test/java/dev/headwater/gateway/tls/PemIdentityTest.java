package dev.headwater.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemIdentityTest {
    private static final TestCertificate EC = TestCertificate.ec("ec.example");
    private static final TestCertificate RSA = TestCertificate.rsa("rsa.example");

    @TempDir
    private Path directory;

    private TlsFiles files = new TlsFiles(Path.of(""), Path.of(""));

    @BeforeEach
    void write() {
        files = EC.in(directory);
    }

    @Test
    void takesKeysInAllTheirForms() throws IOException {
        for (TestCertificate certificate : new TestCertificate[] {EC, RSA}) {
            for (String key : new String[] {certificate.pkcs8Pem(), certificate.traditionalPem()}) {
                Files.writeString(files.certificate(), certificate.certificatePem());
                Files.writeString(files.privateKey(), "# a comment\n" + key);

                files.check();
            }
        }
    }

    @Test
    void takesTheWholeChainAndParametersBeforeTheKey() throws IOException {
        TestCertificate leaf = EC.issue("leaf.example");
        Files.writeString(files.certificate(), leaf.certificatePem() + EC.certificatePem());
        // What "openssl ecparam -genkey" writes before a key.
        Files.writeString(
                files.privateKey(),
                "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                        + leaf.traditionalPem());

        X509Certificate[] chain =
                PemIdentity.parse(PemIdentity.Text.read(files), "a").getCertificateChain("a");

        assertThat(chain)
                .extracting(c -> c.getSubjectX500Principal().getName())
                .containsExactly("CN=leaf.example", "CN=ec.example");
    }

    @Test
    void saysWhatIsWrongWithACertificate() throws IOException {
        Path file = files.certificate();
        Files.writeString(file, EC.pkcs8Pem());
        assertThat(problem())
                .isEqualTo("certificate_path: '" + file
                        + "' holds no certificate; expected PEM, the server's certificate first");
        Files.writeString(file, EC.certificatePem().replace("MII", "MIII"));
        assertThat(problem()).startsWith("certificate_path: '" + file + "' is refused: ");
        Files.writeString(file, EC.certificatePem() + RSA.certificatePem());
        assertThat(problem()).contains("is refused: certificate 2 is not the issuer of the one before it");
        Files.writeString(file, "x".repeat(1024 * 1024 + 1));
        assertThat(problem()).startsWith("certificate_path: '" + file + "' has more than 1048576 bytes");
        Files.delete(file);
        assertThat(problem()).startsWith("certificate_path: '" + file + "' does not exist; expected PEM");
        Files.createDirectory(file);
        assertThat(problem()).startsWith("certificate_path: '" + file + "' cannot be read");
    }

    @Test
    void saysWhatIsWrongWithAKey() throws IOException {
        Path file = files.privateKey();
        Files.writeString(file, EC.certificatePem());
        assertThat(problem())
                .isEqualTo("private_key_path: '" + file
                        + "' holds no private key; expected an unencrypted private key in PEM");
        Files.writeString(file, RSA.pkcs8Pem());
        assertThat(problem()).contains("it is not the key of the certificate in '" + files.certificate() + "'");
        Files.writeString(file, TestCertificate.ec("other.example").pkcs8Pem());
        assertThat(problem()).contains("it is not the key of the certificate in '" + files.certificate() + "'");
        Files.writeString(
                file,
                EC.pkcs8Pem()
                        .replace("BEGIN PRIVATE", "BEGIN ENCRYPTED PRIVATE")
                        .replace("END PRIVATE", "END ENCRYPTED PRIVATE"));
        assertThat(problem()).startsWith("private_key_path: '" + file + "' is");
        Files.delete(file);
        assertThat(problem()).startsWith("private_key_path: '" + file + "' does not exist");
    }

    private String problem() {
        TlsFileException e = catchThrowableOfType(TlsFileException.class, files::check);
        return e.key() + ": " + e.getMessage();
    }

    @Test
    void showsWhatWasRenewedAndKeepsTheOldWhereTheNewIsBroken() throws IOException {
        RenewedIdentity identity = RenewedIdentity.of(files);
        assertThat(shown(identity)).isEqualTo("CN=ec.example");
        String chosenBefore = String.valueOf(identity.chooseEngineServerAlias("EC", null, null));

        TestCertificate.ec("renewed.example").in(directory);
        identity.renew();
        assertThat(shown(identity)).isEqualTo("CN=renewed.example");
        // A handshake that had begun goes on with what it has chosen.
        assertThat(subject(identity, chosenBefore)).isEqualTo("CN=ec.example");

        Files.writeString(files.certificate(), EC.certificatePem());
        identity.renew();
        assertThat(shown(identity)).isEqualTo("CN=renewed.example");

        Files.writeString(files.privateKey(), EC.pkcs8Pem());
        identity.renew();
        assertThat(shown(identity)).isEqualTo("CN=ec.example");
    }

    private static String shown(RenewedIdentity identity) {
        String alias = String.valueOf(identity.chooseEngineServerAlias("EC", null, null));
        assertThat(identity.getPrivateKey(alias)).isNotNull();
        return subject(identity, alias);
    }

    private static String subject(RenewedIdentity identity, String alias) {
        X509Certificate[] chain = Objects.requireNonNull(identity.getCertificateChain(alias));
        return chain[0].getSubjectX500Principal().getName();
    }
}
