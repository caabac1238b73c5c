package dev.headwater.gateway.auth;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.VerifyKey;
import java.nio.charset.StandardCharsets;
import java.security.Provider;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The implementations of Ed25519, fastest first. Verifying is the ceiling of the whole gateway: a thread of Corretto's
 * native code does some 24,000 a second, of BouncyCastle 6,500, of the JDK 1,400.
 */
public enum SignatureProvider {
    /** Native code; loads on Linux x86-64. */
    CORRETTO(() -> {
        // It offers its key factory on request only, lest it take the place of the JDK's; it is not registered here.
        System.setProperty("com.amazon.corretto.crypto.provider.registerEdKeyFactory", "true");
        AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
        if (provider.getLoadingError() != null) {
            throw new IllegalStateException(provider.getLoadingError());
        }
        return new Ed25519(provider);
    }),
    /** It multiplies the equation by eight, as RFC 8032 allows: the others do not, and all gateways must agree. */
    BOUNCY_CASTLE(() -> new Ed25519((Provider) new BouncyCastleProvider(), SignatureProvider::beginsInPrimeOrder)),
    JDK(Ed25519::jdk);

    private static final byte[] NEUTRAL =
            HexFormat.of().parseHex("0100000000000000000000000000000000000000000000000000000000000000");
    private static final Logger LOG = LoggerFactory.getLogger(SignatureProvider.class);
    // RFC 8032, section 7.1, test 2
    private static final VerifyKey TEST_KEY =
            VerifyKey.of(HexFormat.of().parseHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
    private static final byte[] TEST_MESSAGE = "r".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TEST_SIGNATURE = HexFormat.of()
            .parseHex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

    private final Supplier<Ed25519> maker;

    SignatureProvider(Supplier<Ed25519> maker) {
        this.maker = maker;
    }

    private static boolean beginsInPrimeOrder(byte[] signature) {
        return Arrays.equals(signature, 0, NEUTRAL.length, NEUTRAL, 0, NEUTRAL.length)
                || org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyFull(signature, 0);
    }

    /** The fastest that works on this machine; looked for once. */
    public static Ed25519 fastest() {
        return Found.FASTEST.scheme;
    }

    /**
     * Whether {@link #fastest} needs so little for a check, some 40 µs, that the thread which needs its result may compute
     * it: less than waking another one and being woken by it costs.
     */
    public static boolean fastestIsQuick() {
        return Found.FASTEST.provider == CORRETTO;
    }

    private record Found(SignatureProvider provider, Ed25519 scheme) {
        static final Found FASTEST = find();

        private static Found find() {
            for (SignatureProvider candidate : values()) {
                Optional<Ed25519> scheme = candidate.tryMake();
                if (scheme.isPresent()) {
                    LOG.debug("Signatures are computed by {}", candidate);
                    return new Found(candidate, scheme.get());
                }
            }
            throw new IllegalStateException("no implementation of Ed25519 works here");
        }
    }

    /** This implementation, if it loads and tells a right signature from a wrong one. */
    public Optional<Ed25519> tryMake() {
        try {
            Ed25519 scheme = maker.get();
            byte[] wrong = TEST_SIGNATURE.clone();
            wrong[0] ^= 1;
            return scheme.verify(TEST_KEY, TEST_MESSAGE, TEST_SIGNATURE)
                            && !scheme.verify(TEST_KEY, TEST_MESSAGE, wrong)
                    ? Optional.of(scheme)
                    : Optional.empty();
        } catch (RuntimeException | LinkageError e) {
            LOG.debug("{} does not load", this, e);
            return Optional.empty();
        }
    }
}
