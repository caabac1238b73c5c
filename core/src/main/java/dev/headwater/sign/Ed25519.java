package dev.headwater.sign;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * The signature scheme Ed25519 as one {@link Provider} computes it. Safe for use by many threads; every call computes
 * on the caller's.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8032">RFC 8032</a>
 */
public final class Ed25519 {
    /** The length of a signature in bytes. */
    public static final int SIGNATURE_LENGTH = 64;

    private static final String NAME = "Ed25519";
    // The DER heads that RFC 8410 puts before the 32 bytes of a key.
    private static final byte[] PUBLIC_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final byte[] PRIVATE_HEAD = HexFormat.of().parseHex("302e020100300506032b657004220420");
    // The order of the group. A signature is S and no S plus a multiple of it: otherwise anyone could make a second
    // one.
    static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    private final Provider provider;
    private final Predicate<byte[]> alsoRequired;

    /** Computes with the given provider, which must offer Ed25519 as {@link KeyFactory} and {@link Signature}. */
    public Ed25519(Provider provider) {
        this(provider, signature -> true);
    }

    /**
     * As {@link #Ed25519(Provider)}, for a provider that is content with more signatures than others.
     *
     * @param alsoRequired of a signature of 64 bytes, before the provider is asked
     */
    public Ed25519(Provider provider, Predicate<byte[]> alsoRequired) {
        this.provider = provider;
        this.alsoRequired = alsoRequired;
    }

    /** Computes with the Java platform's own provider. */
    public static Ed25519 jdk() {
        return new Ed25519(Objects.requireNonNull(Security.getProvider("SunEC"), "the provider SunEC"));
    }

    /** Whether {@code signature} is the key's over the message; false for any that is malformed or malleable. */
    public boolean verify(VerifyKey key, byte[] message, byte[] signature) {
        if (signature.length != SIGNATURE_LENGTH || !isReduced(signature) || !alsoRequired.test(signature)) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(NAME, provider);
            verifier.initVerify(key.prepared(this));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    byte[] sign(byte[] seed, byte[] message) {
        try {
            Signature signer = Signature.getInstance(NAME, provider);
            signer.initSign(privateKey(seed));
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    PublicKey publicKey(byte[] key) {
        try {
            return KeyFactory.getInstance(NAME, provider)
                    .generatePublic(new X509EncodedKeySpec(concatenated(PUBLIC_HEAD, key)));
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    private PrivateKey privateKey(byte[] seed) throws GeneralSecurityException {
        return KeyFactory.getInstance(NAME, provider)
                .generatePrivate(new PKCS8EncodedKeySpec(concatenated(PRIVATE_HEAD, seed)));
    }

    private static boolean isReduced(byte[] signature) {
        byte[] s = new byte[32];
        for (int i = 0; i < 32; i++) {
            s[i] = signature[SIGNATURE_LENGTH - 1 - i];
        }
        return new BigInteger(1, s).compareTo(ORDER) < 0;
    }

    private static byte[] concatenated(byte[] head, byte[] tail) {
        byte[] whole = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, whole, head.length, tail.length);
        return whole;
    }

    private IllegalStateException unusable(GeneralSecurityException e) {
        return new IllegalStateException("expected the provider " + provider.getName() + " to offer Ed25519", e);
    }
}
