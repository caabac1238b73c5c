package dev.headwater.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.headwater.sign.Ed25519;
import dev.headwater.sign.VerifyKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What one implementation takes, all take: on signatures that fit, nearly fit, or fit only by one reading of RFC 8032.
 * Otherwise a request would be good at one gateway and bad at the next. The seed is printed with a failure.
 */
class SignatureAgreementTest {
    private static final List<String> SMALL = List.of(
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");

    private final long seed = Long.getLong("headwater.seed", 20261127);
    private final Random random = new Random(seed);
    private final Map<SignatureProvider, Ed25519> schemes = new EnumMap<>(SignatureProvider.class);
    private final BigInteger secret = scalar();
    private final EdwardsPoint point = EdwardsPoint.BASE.times(secret);

    SignatureAgreementTest() {
        for (SignatureProvider provider : SignatureProvider.values()) {
            provider.tryMake().ifPresent(scheme -> schemes.put(provider, scheme));
        }
    }

    @Test
    void onSignaturesThatFit() {
        for (int i = 0; i < 10; i++) {
            byte[] message = message();
            assertThat(agreed(point, message, signature(point, message, EdwardsPoint.NEUTRAL)))
                    .isTrue();
        }
    }

    @Test
    void onSignaturesWithAChangedBit() {
        byte[] message = message();
        byte[] good = signature(point, message, EdwardsPoint.NEUTRAL);
        for (int bit = 0; bit < 512; bit += 3) {
            byte[] changed = good.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(agreed(point, message, changed)).isFalse();
        }
        message[0] ^= 1;
        assertThat(agreed(point, message, good)).isFalse();
    }

    @Test
    void onSignaturesThatAnybodyCanMakeOfOne() {
        byte[] message = message();
        byte[] good = signature(point, message, EdwardsPoint.NEUTRAL);
        BigInteger s = EdwardsPoint.littleEndian(Arrays.copyOfRange(good, 32, 64));
        for (int times = 1; times <= 14; times++) {
            BigInteger larger = s.add(EdwardsPoint.ORDER.multiply(BigInteger.valueOf(times)));
            assertThat(agreed(point, message, with(good, larger))).isFalse();
        }
        assertThat(agreed(point, message, with(good, EdwardsPoint.ORDER.subtract(s))))
                .isFalse();
    }

    /** Multiplied by eight the equation would hold. */
    @Test
    void onSignaturesWithAPartOfSmallOrder() {
        for (int i = 1; i < 8; i++) {
            byte[] message = message();
            EdwardsPoint part = EdwardsPoint.TORSION.times(BigInteger.valueOf(i));
            assertThat(agreed(point, message, signature(point, message, part))).isFalse();
        }
    }

    @Test
    void onFirstHalvesOfSmallOrderAndOnThoseThatAreNoPoint() {
        byte[] message = message();
        for (String hex : SMALL) {
            for (int sign = 0; sign < 2; sign++) {
                byte[] r = HexFormat.of().parseHex(hex);
                r[31] ^= (byte) (sign << 7);
                byte[] signature = Arrays.copyOf(r, 64);
                agreed(point, message, signature);
                BigInteger s = hash(r, point.encode(), message).multiply(secret).mod(EdwardsPoint.ORDER);
                agreed(point, message, with(signature, s));
            }
        }
        for (int i = 0; i < 50; i++) {
            byte[] any = new byte[64];
            random.nextBytes(any);
            any[63] &= 0x0F;
            assertThat(agreed(point, message, any)).isFalse();
        }
    }

    /** Names of the same point that are not its one encoding. */
    @Test
    void onFirstHalvesThatAreNotCanonical() {
        byte[] message = message();
        for (int above = 0; above < 19; above++) {
            byte[] r = EdwardsPoint.littleEndian(EdwardsPoint.P.add(BigInteger.valueOf(above)), 32);
            for (int sign = 0; sign < 2; sign++) {
                r[31] ^= (byte) (sign << 7);
                BigInteger s = hash(r, point.encode(), message).multiply(secret).mod(EdwardsPoint.ORDER);
                assertThat(agreed(point, message, with(Arrays.copyOf(r, 64), s)))
                        .isFalse();
            }
        }
    }

    /** With a key of small order in part the equation holds as it stands for one message in eight, else by eight only. */
    @Test
    void onKeysThatNoneIsAskedAbout() {
        for (int i = 1; i < 8; i++) {
            EdwardsPoint small = EdwardsPoint.TORSION.times(BigInteger.valueOf(i));
            for (EdwardsPoint bad : List.of(small, point.plus(small))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> VerifyKey.of(bad.encode()))
                        .withMessageContaining("small order");
            }
        }
    }

    private boolean agreed(EdwardsPoint key, byte[] message, byte[] signature) {
        VerifyKey verifyKey = VerifyKey.of(key.encode());
        boolean jdk = Ed25519.jdk().verify(verifyKey, message, signature);
        schemes.forEach((provider, scheme) -> assertThat(scheme.verify(verifyKey, message, signature))
                .as("%s, seed %d: %s", provider, seed, HexFormat.of().formatHex(signature))
                .isEqualTo(jdk));
        return jdk;
    }

    /** By the equation, with something added to its first half. */
    private byte[] signature(EdwardsPoint key, byte[] message, EdwardsPoint added) {
        BigInteger nonce = scalar();
        byte[] r = EdwardsPoint.BASE.times(nonce).plus(added).encode();
        BigInteger s =
                nonce.add(hash(r, key.encode(), message).multiply(secret)).mod(EdwardsPoint.ORDER);
        return with(Arrays.copyOf(r, 64), s);
    }

    private static byte[] with(byte[] signature, BigInteger s) {
        byte[] changed = signature.clone();
        System.arraycopy(EdwardsPoint.littleEndian(s, 32), 0, changed, 32, 32);
        return changed;
    }

    private static BigInteger hash(byte[] r, byte[] key, byte[] message) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(r);
            digest.update(key);
            return EdwardsPoint.littleEndian(digest.digest(message));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] message() {
        byte[] message = new byte[1 + random.nextInt(200)];
        random.nextBytes(message);
        return message;
    }

    private BigInteger scalar() {
        return new BigInteger(252, random);
    }
}
