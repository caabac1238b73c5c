package dev.headwater.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headwater.gateway.auth.AuthenticationException.Reason;
import dev.headwater.gateway.http.Asker;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.VerifyKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Which requests have a key looked for, and what they wait for. */
class RequestAuthenticatorTest {
    private static final String TARGET = "/_matrix/federation/v1/backfill/!r?limit=1";
    private static final ServerName SELF = ServerName.parse("hs.example");
    private static final Asker ASKER = Asker.named("remote.example");

    private final Keys keys = new Keys();
    private final RequestAuthenticator authenticator =
            new RequestAuthenticator(SELF, keys, Ed25519.jdk(), Schedulers.immediate());

    /** Keys of which a test says what is at hand; what is not is there when the test has it come. */
    private static final class Keys implements RequestKeys {
        final List<KeyId> looked = new ArrayList<>();
        final Sinks.One<VerifyKey> coming = Sinks.one();

        @Nullable
        VerifyKey atHand;

        @Override
        public @Nullable VerifyKey atHand(ServerName server, KeyId id) {
            return atHand;
        }

        @Override
        public Mono<VerifyKey> find(ServerName server, KeyId id) {
            looked.add(id);
            return coming.asMono();
        }
    }

    private static String signature() {
        return ASKER.base64Signature("GET", TARGET, SELF.value());
    }

    private static XMatrix.Signature signed(String keyId, String signature) {
        return new XMatrix.Signature(SELF, keyId, signature);
    }

    private Mono<ServerName> ask(XMatrix.Signature... signatures) {
        return authenticator.authenticate(new XMatrix(ASKER.name(), List.of(signatures)), "GET", TARGET, null);
    }

    private void refuses(Mono<ServerName> request) {
        assertThatExceptionOfType(AuthenticationException.class)
                .isThrownBy(request::block)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_PROVEN));
    }

    @Test
    void provesAtOnceWithAKeyThatIsAtHand() {
        keys.atHand = VerifyKey.of(ASKER.publicKey());
        assertThat(ask(signed("ed25519:a_1", signature())).toFuture()).isCompletedWithValue(ASKER.name());
        assertThat(keys.looked).isEmpty();
    }

    @Test
    void waitsForAKeyThatIsNot() {
        var waiting = ask(signed("ed25519:a_1", signature())).toFuture();
        assertThat(waiting).isNotDone();
        keys.coming.tryEmitValue(VerifyKey.of(ASKER.publicKey()));
        assertThat(waiting).isCompletedWithValue(ASKER.name());
        assertThat(keys.looked).containsExactly(KeyId.parse("ed25519:a_1"));
    }

    @Test
    void refusesWhenNoKeyCanBeHad() {
        keys.coming.tryEmitEmpty();
        refuses(ask(signed("ed25519:a_1", signature())));
    }

    @Test
    void refusesWhenTheKeyThatComesIsAnother() {
        keys.coming.tryEmitValue(VerifyKey.of(Asker.named("remote.example").publicKey()));
        refuses(ask(signed("ed25519:a_1", signature())));
    }

    @Test
    void looksForTheKeysOfSeveralSignaturesOneAfterTheOther() {
        keys.coming.tryEmitValue(VerifyKey.of(ASKER.publicKey()));
        String wrong = Base64.getEncoder().withoutPadding().encodeToString(new byte[64]);
        assertThat(ask(signed("ed25519:x", wrong), signed("ed25519:a_1", signature()), signed("ed25519:y", wrong))
                        .block())
                .isEqualTo(ASKER.name());
        assertThat(keys.looked).containsExactly(KeyId.parse("ed25519:x"), KeyId.parse("ed25519:a_1"));
    }

    @Test
    void looksForNoKeyIfAnotherIsAtHandAndFits() {
        RequestKeys one = new RequestKeys() {
            @Override
            public @Nullable VerifyKey atHand(ServerName server, KeyId id) {
                return id.value().equals("ed25519:a_1") ? VerifyKey.of(ASKER.publicKey()) : null;
            }

            @Override
            public Mono<VerifyKey> find(ServerName server, KeyId id) {
                throw new AssertionError("no key need be looked for");
            }
        };
        assertThat(new RequestAuthenticator(SELF, one, Ed25519.jdk(), Schedulers.immediate())
                        .authenticate(
                                new XMatrix(
                                        ASKER.name(),
                                        List.of(signed("ed25519:x", signature()), signed("ed25519:a_1", signature()))),
                                "GET",
                                TARGET,
                                null)
                        .block())
                .isEqualTo(ASKER.name());
    }

    static Stream<String> looksForNoKeyUnderAnIdThatCannotBe() {
        return Stream.of(
                "rsa:1", "ed25519:", "ed25519", "", "ed25519:a b", "ed25519:" + "a".repeat(10_000), "curve25519:a");
    }

    @ParameterizedTest
    @MethodSource
    void looksForNoKeyUnderAnIdThatCannotBe(String id) {
        refuses(ask(signed(id, signature())));
        assertThat(keys.looked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 65, 1_000})
    void looksForNoKeyForASignatureOfAnotherLength(int length) {
        byte[] bytes = Arrays.copyOf(ASKER.signature("GET", TARGET, SELF.value()), length);
        refuses(ask(signed("ed25519:a_1", Base64.getEncoder().withoutPadding().encodeToString(bytes))));
        assertThat(keys.looked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"==", "*", "=", "A"})
    void looksForNoKeyForASignatureThatIsNotStrictBase64(String suffix) {
        refuses(ask(signed("ed25519:a_1", signature() + suffix)));
        assertThat(keys.looked).isEmpty();
    }

    @Test
    void looksForNoKeyForAnotherDestinationNorForItsOwnName() {
        refuses(ask(new XMatrix.Signature(ServerName.parse("other.example"), "ed25519:a_1", signature())));
        refuses(authenticator.authenticate(
                new XMatrix(SELF, List.of(signed("ed25519:a_1", signature()))), "GET", TARGET, null));
        assertThat(keys.looked).isEmpty();
    }
}
