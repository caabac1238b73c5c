package dev.headwater.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.KeyId;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.SigningKey;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SignatureProviderTest {
    @Test
    void allImplementationsThatLoadAgree() {
        Map<SignatureProvider, Ed25519> schemes = new EnumMap<>(SignatureProvider.class);
        for (SignatureProvider provider : SignatureProvider.values()) {
            provider.tryMake().ifPresent(scheme -> schemes.put(provider, scheme));
        }
        assertThat(schemes).containsKeys(SignatureProvider.BOUNCY_CASTLE, SignatureProvider.JDK);
        long seed = Long.getLong("headwater.seed", 20261127);
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            SigningKey key = SigningKey.generate(KeyId.parse("ed25519:a"), new SecureRandom());
            byte[] message = new byte[random.nextInt(2_000)];
            random.nextBytes(message);
            byte[] signature = key.sign(message, Ed25519.jdk());
            byte[] wrong = signature.clone();
            wrong[random.nextInt(64)] ^= (byte) (1 << random.nextInt(8));
            schemes.forEach((provider, scheme) -> {
                assertThat(key.sign(message, scheme))
                        .as("%s seed %d", provider, seed)
                        .isEqualTo(signature);
                assertThat(scheme.verify(key.verifyKey(), message, signature))
                        .as("%s seed %d", provider, seed)
                        .isTrue();
                assertThat(scheme.verify(key.verifyKey(), message, wrong))
                        .as("%s seed %d", provider, seed)
                        .isFalse();
            });
        }
    }

    @Test
    void theFastestIsTheFirstThatLoads() {
        assertThat(SignatureProvider.fastest()).isNotNull();
    }

    @Test
    void correttoLoadsWhereItIsBuiltFor() {
        boolean builtFor = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        assertThat(SignatureProvider.CORRETTO.tryMake().isPresent()).isEqualTo(builtFor);
    }
}
