package dev.headwater.sign;

import dev.headwater.id.InvalidIdException;
import dev.headwater.id.KeyId;
import dev.headwater.json.UnpaddedBase64;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A server's secret Ed25519 key with its ID. Its text form, {@code ed25519 VERSION SEED}, is the line of Synapse's
 * {@code signing.key} file. {@link #toString} keeps the secret.
 */
public final class SigningKey {
    private static final String ALGORITHM = "ed25519";
    private static final int SEED_LENGTH = 32;
    private static final int X509_HEAD_LENGTH = 12;

    private final KeyId id;
    private final byte[] seed;
    private final VerifyKey verifyKey;

    private SigningKey(KeyId id, byte[] seed) {
        this.id = id;
        this.seed = seed;
        this.verifyKey = VerifyKey.of(publicKey(seed));
    }

    /**
     * Reads one line of the form {@code ed25519 a_1 SEED}, the seed being 32 bytes in Base64.
     *
     * @throws IllegalArgumentException if it is not one; the message does not hold the seed
     */
    public static SigningKey parse(String line) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length != 3 || !words[0].equals(ALGORITHM)) {
            throw new IllegalArgumentException("expected a signing key of the form 'ed25519 a_1 SEED'");
        }
        byte[] seed;
        try {
            seed = UnpaddedBase64.decode(words[2]);
        } catch (IllegalArgumentException e) {
            // Not chained: the decoder's message shows parts of the secret.
            throw new IllegalArgumentException("expected the seed of " + words[1] + " in Base64");
        }
        if (seed.length != SEED_LENGTH) {
            throw new IllegalArgumentException(
                    "expected a seed of 32 bytes for " + words[1] + ", found " + seed.length);
        }
        try {
            return new SigningKey(KeyId.parse("ed25519:" + words[1]), seed);
        } catch (InvalidIdException e) {
            throw new IllegalArgumentException("expected a key version of letters, digits and _: " + e.getMessage(), e);
        }
    }

    /**
     * A new key.
     *
     * @throws IllegalArgumentException if the ID is not one of an Ed25519 key
     */
    public static SigningKey generate(KeyId id, SecureRandom random) {
        if (!id.algorithm().equals(ALGORITHM)) {
            throw new IllegalArgumentException("expected a key ID such as ed25519:a_1, found " + id);
        }
        byte[] seed = new byte[SEED_LENGTH];
        random.nextBytes(seed);
        return new SigningKey(id, seed);
    }

    public KeyId id() {
        return id;
    }

    /** The public half. */
    public VerifyKey verifyKey() {
        return verifyKey;
    }

    /** The signature over the message, 64 bytes. */
    public byte[] sign(byte[] message, Ed25519 scheme) {
        return scheme.sign(seed, message);
    }

    /** The line for the file: it holds the secret. */
    public String toSecretLine() {
        return "ed25519 " + id.value().substring(id.value().indexOf(':') + 1) + " " + UnpaddedBase64.encode(seed);
    }

    /** The platform computes a public key only while it generates a pair, for which it asks for 32 random bytes once. */
    private static byte[] publicKey(byte[] seed) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519", "SunEC");
            generator.initialize(255, new Replayed(seed));
            KeyPair pair = generator.generateKeyPair();
            byte[] encoded = pair.getPublic().getEncoded();
            return Arrays.copyOfRange(encoded, X509_HEAD_LENGTH, encoded.length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("expected the Java platform to offer Ed25519", e);
        }
    }

    private static final class Replayed extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte[] seed;

        Replayed(byte[] seed) {
            super(null, null);
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (bytes.length != seed.length) {
                throw new IllegalStateException("expected to be asked for 32 bytes, not " + bytes.length);
            }
            System.arraycopy(seed, 0, bytes, 0, seed.length);
        }
    }

    @Override
    public String toString() {
        return id + " (public " + verifyKey + ")";
    }
}
