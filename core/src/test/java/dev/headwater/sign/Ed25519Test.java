package dev.headwater.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.headwater.id.KeyId;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ed25519Test {
    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    private final Ed25519 scheme = Ed25519.jdk();

    /** Tests 1 to 3 of RFC 8032, section 7.1. */
    @ParameterizedTest
    @CsvSource({
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
                + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,'',"
                + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
                + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,"
                + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
                + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,af82,"
                + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    })
    void computesTheVectorsOfTheRfc(String seed, String publicKey, String message, String signature) {
        SigningKey key = key(HexFormat.of().parseHex(seed));
        byte[] bytes = HexFormat.of().parseHex(message);
        assertThat(HexFormat.of().formatHex(key.verifyKey().bytes())).isEqualTo(publicKey);
        assertThat(HexFormat.of().formatHex(key.sign(bytes, scheme))).isEqualTo(signature);
        assertThat(scheme.verify(key.verifyKey(), bytes, key.sign(bytes, scheme)))
                .isTrue();
    }

    @Test
    void refusesTheOtherSignatureThatAnyoneCanMakeOfOne() {
        SigningKey key = SigningKey.generate(KeyId.parse("ed25519:1"), new SecureRandom());
        byte[] message = "m".getBytes(StandardCharsets.UTF_8);
        byte[] signature = key.sign(message, scheme);
        byte[] s = new byte[32];
        for (int i = 0; i < 32; i++) {
            s[i] = signature[63 - i];
        }
        byte[] other = new BigInteger(1, s).add(ORDER).toByteArray();
        byte[] malleable = signature.clone();
        for (int i = 0; i < 32; i++) {
            malleable[32 + i] = other.length - 1 - i >= 0 ? other[other.length - 1 - i] : 0;
        }
        assertThat(scheme.verify(key.verifyKey(), message, signature)).isTrue();
        assertThat(scheme.verify(key.verifyKey(), message, malleable)).isFalse();
    }

    /** With a provider that would say yes to anything. */
    @Test
    void asksTheProviderOnlyAboutTheOneFormOfASignature() {
        Ed25519 credulous = new Ed25519(new CredulousProvider());
        VerifyKey key = SigningKey.generate(KeyId.parse("ed25519:1"), new SecureRandom())
                .verifyKey();
        for (BigInteger s : List.of(BigInteger.ZERO, ORDER.subtract(BigInteger.ONE))) {
            assertThat(credulous.verify(key, new byte[0], ending(s))).isTrue();
        }
        for (BigInteger s : List.of(
                ORDER, ORDER.add(BigInteger.ONE), BigInteger.TWO.pow(256).subtract(BigInteger.ONE))) {
            assertThat(credulous.verify(key, new byte[0], ending(s))).isFalse();
        }
        assertThat(credulous.verify(key, new byte[0], new byte[63])).isFalse();
    }

    private static byte[] ending(BigInteger s) {
        byte[] signature = new byte[64];
        for (int i = 0; i < 32; i++) {
            signature[32 + i] = s.shiftRight(8 * i).byteValue();
        }
        return signature;
    }

    @Test
    void refusesEveryChangedBitAndEveryOtherLength() {
        SigningKey key = SigningKey.generate(KeyId.parse("ed25519:1"), new SecureRandom());
        byte[] message = "m".getBytes(StandardCharsets.UTF_8);
        byte[] signature = key.sign(message, scheme);
        for (int bit = 0; bit < 512; bit += 7) {
            byte[] changed = signature.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(scheme.verify(key.verifyKey(), message, changed)).isFalse();
        }
        for (int length : new int[] {0, 1, 63, 65}) {
            assertThat(scheme.verify(key.verifyKey(), message, java.util.Arrays.copyOf(signature, length)))
                    .isFalse();
        }
        assertThat(scheme.verify(key.verifyKey(), "n".getBytes(StandardCharsets.UTF_8), signature))
                .isFalse();
    }

    /** All points whose order divides eight, with either sign, and encodings that name them a second time. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "0200000000000000000000000000000000000000000000000000000000000000"
            })
    void refusesKeysThatCannotTellMessagesApart(String hex) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VerifyKey.of(HexFormat.of().parseHex(hex)));
    }

    @Test
    void takesEveryKeyThatIsGenerated() {
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 200; i++) {
            VerifyKey key =
                    SigningKey.generate(KeyId.parse("ed25519:1"), random).verifyKey();
            assertThat(VerifyKey.parse(key.base64())).isEqualTo(key).hasSameHashCodeAs(key);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AAAA", "!!!!", "YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA"})
    void refusesTextThatIsNoKey(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> VerifyKey.parse(text));
    }

    @Test
    void readsAndWritesTheLineOfTheKeyFile() {
        SigningKey key = SigningKey.parse("ed25519 a_1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1\n");
        assertThat(key.id()).isEqualTo(KeyId.parse("ed25519:a_1"));
        assertThat(key.toSecretLine()).isEqualTo("ed25519 a_1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA0");
        assertThat(SigningKey.parse(key.toSecretLine()).verifyKey()).isEqualTo(key.verifyKey());
        assertThat(key.toString()).doesNotContain("YJDBA9").contains("ed25519:a_1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ed25519 a_1",
                "rsa a_1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1",
                "ed25519 a:1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1",
                "ed25519 a_1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3X*1",
                "ed25519 a_1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3",
                "ed25519 a_1 YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1 x"
            })
    void refusesOtherLinesWithoutShowingTheSecret(String line) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningKey.parse(line))
                .satisfies(e -> assertThat(String.valueOf(e.getMessage()) + e.getCause())
                        .doesNotContain("YJDBA9"));
    }

    @Test
    void tellsKeysApart() {
        SecureRandom random = new SecureRandom();
        VerifyKey one = SigningKey.generate(KeyId.parse("ed25519:1"), random).verifyKey();
        VerifyKey other = SigningKey.generate(KeyId.parse("ed25519:1"), random).verifyKey();
        assertThat(one).isNotEqualTo(other).doesNotHaveSameHashCodeAs(other).hasToString(one.base64());
    }

    @Test
    void preparesAKeyOnceForTheProviderThatUsesIt() {
        VerifyKey key = SigningKey.generate(KeyId.parse("ed25519:1"), new SecureRandom())
                .verifyKey();
        PublicKey prepared = key.prepared(scheme);
        assertThat(key.prepared(scheme)).isSameAs(prepared);
        assertThat(key.prepared(Ed25519.jdk())).isNotSameAs(prepared);
    }

    @Test
    void makesKeysOfItsOwnKindOnly() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningKey.generate(KeyId.parse("rsa:1"), new SecureRandom()))
                .withMessageContaining("rsa:1");
    }

    @Test
    void saysWhichProviderCannotDoIt() {
        Ed25519 useless = new Ed25519(Objects.requireNonNull(Security.getProvider("SUN")));
        SigningKey key = SigningKey.generate(KeyId.parse("ed25519:1"), new SecureRandom());
        assertThatIllegalStateException()
                .isThrownBy(() -> key.sign(new byte[0], useless))
                .withMessageContaining("SUN");
        assertThatIllegalStateException()
                .isThrownBy(() -> useless.verify(key.verifyKey(), new byte[0], new byte[64]))
                .withMessageContaining("SUN");
    }

    private static SigningKey key(byte[] seed) {
        return SigningKey.parse("ed25519 1 " + dev.headwater.json.UnpaddedBase64.encode(seed));
    }
}
