package dev.headwater.gateway.auth;

import java.math.BigInteger;
import java.util.HexFormat;

/** A point of Ed25519's curve, slowly: for signatures that no library would make. */
record EdwardsPoint(BigInteger x, BigInteger y) {
    static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    static final EdwardsPoint NEUTRAL = new EdwardsPoint(BigInteger.ZERO, BigInteger.ONE);
    static final EdwardsPoint BASE =
            decode(HexFormat.of().parseHex("5866666666666666666666666666666666666666666666666666666666666666"));
    /** Of order eight. */
    static final EdwardsPoint TORSION =
            decode(HexFormat.of().parseHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"));

    private static final BigInteger D = BigInteger.valueOf(-121_665)
            .multiply(BigInteger.valueOf(121_666).modInverse(P))
            .mod(P);

    static EdwardsPoint decode(byte[] bytes) {
        boolean odd = bytes[31] < 0;
        BigInteger y = littleEndian(bytes).clearBit(255);
        BigInteger d = BigInteger.valueOf(-121_665)
                .multiply(BigInteger.valueOf(121_666).modInverse(P));
        BigInteger yy = y.multiply(y);
        BigInteger square = yy.subtract(BigInteger.ONE)
                .multiply(d.multiply(yy).add(BigInteger.ONE).modInverse(P))
                .mod(P);
        BigInteger x = square.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
        if (!x.multiply(x).mod(P).equals(square)) {
            x = x.multiply(BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P))
                    .mod(P);
        }
        return new EdwardsPoint(x.testBit(0) == odd ? x : P.subtract(x).mod(P), y.mod(P));
    }

    byte[] encode() {
        byte[] bytes = littleEndian(y, 32);
        if (x.testBit(0)) {
            bytes[31] |= (byte) 0x80;
        }
        return bytes;
    }

    EdwardsPoint plus(EdwardsPoint other) {
        BigInteger dxxyy = D.multiply(x)
                .multiply(other.x)
                .mod(P)
                .multiply(y)
                .multiply(other.y)
                .mod(P);
        return new EdwardsPoint(
                x.multiply(other.y)
                        .add(other.x.multiply(y))
                        .multiply(BigInteger.ONE.add(dxxyy).modInverse(P))
                        .mod(P),
                y.multiply(other.y)
                        .add(x.multiply(other.x))
                        .multiply(BigInteger.ONE.subtract(dxxyy).modInverse(P))
                        .mod(P));
    }

    EdwardsPoint times(BigInteger scalar) {
        EdwardsPoint sum = NEUTRAL;
        for (int i = scalar.bitLength() - 1; i >= 0; i--) {
            sum = sum.plus(sum);
            if (scalar.testBit(i)) {
                sum = sum.plus(this);
            }
        }
        return sum;
    }

    static BigInteger littleEndian(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return new BigInteger(1, reversed);
    }

    static byte[] littleEndian(BigInteger value, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = value.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }
}
