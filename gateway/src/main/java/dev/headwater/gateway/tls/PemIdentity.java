package dev.headwater.gateway.tls;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/** A certificate chain and its key as a key manager, read from PEM. */
final class PemIdentity {
    private static final String CERTIFICATE = "certificate_path";
    private static final String PRIVATE_KEY = "private_key_path";
    private static final String CHAIN_EXPECTED = "; expected PEM, the server's certificate first";
    private static final String KEY_EXPECTED = "; expected an unencrypted private key in PEM";

    /** A chain with its key has some 10 KB; a log file that is named by mistake should not be read whole. */
    private static final long MAX_BYTES = 1024 * 1024;

    private PemIdentity() {}

    /** Both files as they stand. */
    record Text(TlsFiles files, String certificate, String privateKey) {
        static Text read(TlsFiles files) {
            return new Text(
                    files,
                    text(files.certificate(), CERTIFICATE, CHAIN_EXPECTED),
                    text(files.privateKey(), PRIVATE_KEY, KEY_EXPECTED));
        }
    }

    /**
     * A key manager with one entry.
     *
     * @param alias its name
     */
    static X509ExtendedKeyManager parse(Text text, String alias) {
        List<X509Certificate> chain = chain(text);
        PrivateKey key = key(text);
        try {
            if (!belongTogether(chain.get(0).getPublicKey(), key)) {
                throw new TlsFileException(
                        PRIVATE_KEY,
                        "'" + text.files.privateKey() + "' is refused: it is not the key of the certificate in '"
                                + text.files.certificate() + "'" + KEY_EXPECTED);
            }
            char[] password = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, password);
            store.setKeyEntry(alias, key, password, chain.toArray(X509Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            for (KeyManager manager : factory.getKeyManagers()) {
                if (manager instanceof X509ExtendedKeyManager extended) {
                    return extended;
                }
            }
            throw new GeneralSecurityException("no key manager for X.509");
        } catch (GeneralSecurityException | IOException e) {
            throw refused(PRIVATE_KEY, text.files.privateKey(), e, KEY_EXPECTED);
        }
    }

    private static String text(Path file, String key, String expected) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new TlsFileException(key, "'" + file + "' has more than " + MAX_BYTES + " bytes" + expected);
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new TlsFileException(key, "'" + file + "' does not exist" + expected);
        } catch (IOException e) {
            throw new TlsFileException(key, "'" + file + "' cannot be read (" + e + ")" + expected);
        }
    }

    private static List<X509Certificate> chain(Text text) {
        Path file = text.files.certificate();
        List<X509Certificate> chain = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(text.certificate))) {
            JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
            for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
                if (next instanceof X509CertificateHolder certificate) {
                    chain.add(converter.getCertificate(certificate));
                }
            }
        } catch (IOException | GeneralSecurityException e) {
            throw refused(CERTIFICATE, file, e, CHAIN_EXPECTED);
        }
        if (chain.isEmpty()) {
            throw new TlsFileException(CERTIFICATE, "'" + file + "' holds no certificate" + CHAIN_EXPECTED);
        }
        for (int i = 1; i < chain.size(); i++) {
            if (!chain.get(i).getSubjectX500Principal().equals(chain.get(i - 1).getIssuerX500Principal())) {
                throw new TlsFileException(
                        CERTIFICATE,
                        "'" + file + "' is refused: certificate " + (i + 1) + " is not the issuer of the one before it"
                                + CHAIN_EXPECTED);
            }
        }
        return chain;
    }

    private static PrivateKey key(Text text) {
        Path file = text.files.privateKey();
        try (PEMParser parser = new PEMParser(new StringReader(text.privateKey))) {
            for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
                if (next instanceof PEMEncryptedKeyPair || next instanceof PKCS8EncryptedPrivateKeyInfo) {
                    throw new TlsFileException(PRIVATE_KEY, "'" + file + "' is encrypted" + KEY_EXPECTED);
                }
                PrivateKeyInfo found = null;
                if (next instanceof PrivateKeyInfo pkcs8) {
                    found = pkcs8;
                } else if (next instanceof PEMKeyPair older) {
                    found = older.getPrivateKeyInfo();
                }
                if (found != null) {
                    return new JcaPEMKeyConverter().getPrivateKey(found);
                }
            }
        } catch (IOException e) {
            throw refused(PRIVATE_KEY, file, e, KEY_EXPECTED);
        }
        throw new TlsFileException(PRIVATE_KEY, "'" + file + "' holds no private key" + KEY_EXPECTED);
    }

    private static boolean belongTogether(PublicKey certified, PrivateKey key) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default -> throw new GeneralSecurityException("keys of " + key.getAlgorithm() + " are not supported");
        };
        if (!certified.getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        byte[] probe = {1};
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(probe);
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(certified);
        verifier.update(probe);
        return verifier.verify(signer.sign());
    }

    private static TlsFileException refused(String key, Path file, Exception e, String expected) {
        Throwable why = e instanceof PEMException && e.getCause() != null ? e.getCause() : e;
        return new TlsFileException(
                key,
                "'" + file + "' is refused: " + String.valueOf(why.getMessage()).replace('\n', ' ') + expected);
    }
}
