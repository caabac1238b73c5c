package dev.headwater.sign;

import dev.headwater.json.UnpaddedBase64;
import java.math.BigInteger;
import java.security.PublicKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An Ed25519 public key that can be trusted to tell messages apart: a point of the curve in its one canonical
 * encoding, and of prime order. Under a key of small order one signature fits any message; under one that is so in part,
 * implementations differ about which signatures fit.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8032#section-5.1.3">RFC 8032, decoding a point</a>
 */
public final class VerifyKey {
    private static final int LENGTH = 32;
    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    // The order of the base point.
    private static final BigInteger PRIME = Ed25519.ORDER;
    private static final BigInteger D = BigInteger.valueOf(-121_665)
            .multiply(BigInteger.valueOf(121_666).modInverse(P))
            .mod(P);
    private static final BigInteger TWICE_D = D.shiftLeft(1).mod(P);

    private final byte[] bytes;

    // The key as the last provider that used it wants it: made once, since making it can cost as much as verifying.
    private volatile @Nullable Prepared prepared;

    record Prepared(Ed25519 by, PublicKey key) {}

    private VerifyKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException if the bytes are not the 32 bytes of a key as described above */
    public static VerifyKey of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("expected an Ed25519 key of 32 bytes, found " + bytes.length);
        }
        requireUsable(bytes);
        return new VerifyKey(bytes.clone());
    }

    /**
     * As {@link #of} from Base64, padded or not.
     *
     * @throws IllegalArgumentException if the text is not Base64 of such a key
     */
    public static VerifyKey parse(String base64) {
        return of(UnpaddedBase64.decode(base64));
    }

    private static void requireUsable(byte[] bytes) {
        byte[] bigEndian = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bigEndian[i] = bytes[LENGTH - 1 - i];
        }
        boolean odd = (bigEndian[0] & 0x80) != 0;
        bigEndian[0] &= 0x7F;
        BigInteger y = new BigInteger(1, bigEndian);
        if (y.compareTo(P) >= 0) {
            throw new IllegalArgumentException("expected a canonically encoded Ed25519 key");
        }
        BigInteger x = abscissa(y);
        if (x == null || x.signum() == 0 && odd) {
            throw new IllegalArgumentException("expected a point of Ed25519's curve");
        }
        if (y.equals(BigInteger.ONE) || !new Point(x, y, BigInteger.ONE, x.multiply(y)).isOfPrimeOrder()) {
            throw new IllegalArgumentException("expected an Ed25519 key that is not of small order, not even in part");
        }
    }

    /** Either x of the curve's -x² + y² = 1 + d·x²·y²; null if there is none. */
    private static @Nullable BigInteger abscissa(BigInteger y) {
        BigInteger yy = y.multiply(y).mod(P);
        BigInteger square = yy.subtract(BigInteger.ONE)
                .multiply(D.multiply(yy).add(BigInteger.ONE).modInverse(P))
                .mod(P);
        BigInteger x = square.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
        if (!x.multiply(x).mod(P).equals(square)) {
            x = x.multiply(BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P))
                    .mod(P);
        }
        return x.multiply(x).mod(P).equals(square) ? x : null;
    }

    /**
     * X/Z and Y/Z, and T = XY/Z, so that nothing has to be inverted.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc8032#section-5.1.4">RFC 8032, point addition</a>
     */
    private record Point(BigInteger x, BigInteger y, BigInteger z, BigInteger t) {
        /** Whether the prime multiplies it, if it is not neutral itself, to the neutral element. */
        boolean isOfPrimeOrder() {
            Point sum = this;
            for (int bit = PRIME.bitLength() - 2; bit >= 0; bit--) {
                sum = sum.plus(sum);
                sum = PRIME.testBit(bit) ? sum.plus(this) : sum;
            }
            return sum.x.signum() == 0 && sum.y.equals(sum.z);
        }

        private Point plus(Point other) {
            BigInteger a = y.subtract(x).multiply(other.y.subtract(other.x)).mod(P);
            BigInteger b = y.add(x).multiply(other.y.add(other.x)).mod(P);
            BigInteger c = t.multiply(other.t).mod(P).multiply(TWICE_D).mod(P);
            BigInteger d = z.multiply(other.z).shiftLeft(1).mod(P);
            BigInteger e = b.subtract(a);
            BigInteger f = d.subtract(c);
            BigInteger g = d.add(c);
            BigInteger h = b.add(a);
            return new Point(
                    e.multiply(f).mod(P),
                    g.multiply(h).mod(P),
                    f.multiply(g).mod(P),
                    e.multiply(h).mod(P));
        }
    }

    /** The key's 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    PublicKey prepared(Ed25519 by) {
        Prepared ready = prepared;
        if (ready == null || ready.by() != by) {
            ready = new Prepared(by, by.publicKey(bytes));
            prepared = ready;
        }
        return ready.key();
    }

    /** The key in unpadded Base64. */
    public String base64() {
        return UnpaddedBase64.encode(bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VerifyKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return base64();
    }
}
