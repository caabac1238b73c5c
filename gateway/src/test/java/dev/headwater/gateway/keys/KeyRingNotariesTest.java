package dev.headwater.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.gateway.keys.Answers.Asked;
import dev.headwater.id.ServerName;
import dev.headwater.sign.KeyPublisher;
import dev.headwater.sign.VerifyKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the ring asks notaries for beside the servers themselves, and what it believes of it. */
class KeyRingNotariesTest extends TimedKeyRing {
    @Test
    void takesANotarysWordWhileTheServerIsSilent() {
        withNotary();
        CompletableFuture<VerifyKey> waiting = find(A);
        assertThat(answers.asked).containsExactly(new Asked(server.name(), false), new Asked(notary.name(), true));
        assertThat(new String(answers.query(notary.name()), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("{\"server_keys\":{\"a.example\":{\"ed25519:a\":{\"minimum_valid_until_ts\":"
                        + clock.millis() + "}}}}");
        answers.tell(notary.name(), KeyPublisher.answer(notary.countersign(server.document(in(DAY)))));
        assertThat(waiting).isCompletedWithValue(key);
        assertThat(answers.underWay()).isZero();
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
    }

    @Test
    void doesNotAskOnceTheServerHasAnswered() {
        withNotary();
        CompletableFuture<VerifyKey> waiting = find(A);
        answers.give(server.name(), server.document(in(DAY)));
        assertThat(waiting).isCompletedWithValue(key);
        assertThat(answers.underWay()).isZero();
    }

    @Test
    void doesNotBelieveANotaryWithAnotherKey() {
        withNotary();
        CompletableFuture<VerifyKey> waiting = find(A);
        KeyPublisher impostor = new KeyPublisher("notary.example", "ed25519:n");
        answers.tell(notary.name(), KeyPublisher.answer(impostor.countersign(server.document(in(DAY)))));
        assertThat(waiting).isNotDone();
        answers.fail(server.name());
        assertThat(waiting).isCompletedWithValue(null);
    }

    @Test
    void waitsForTheServerWhenANotaryLacksTheKey() {
        withNotary();
        CompletableFuture<VerifyKey> forNew = find(B);
        CompletableFuture<VerifyKey> forOld = find(A);
        answers.tell(notary.name(), KeyPublisher.answer(notary.countersign(server.document(in(DAY)))));
        assertThat(forOld).isCompletedWithValue(key);
        assertThat(forNew).isNotDone();
        KeyPublisher both = new KeyPublisher("a.example", "ed25519:b");
        answers.give(server.name(), both.document(in(DAY)));
        assertThat(forNew).isCompletedWithValue(both.key().verifyKey());
    }

    @Test
    void looksAgainForWhomANotarysAnswerToOthersLeftOut() {
        withNotary();
        answers.tell(notary.name(), KeyPublisher.answer(notary.countersign(server.document(in(DAY)))));
        assertThat(find(A)).isCompletedWithValue(key);
        KeyPublisher renewed = new KeyPublisher("a.example", "ed25519:b");
        answers.give(server.name(), renewed.document(in(DAY)));
        assertThat(find(B)).isCompletedWithValue(renewed.key().verifyKey());
    }

    @Test
    void asksANotaryForItsOwnKeysIfNoneAreConfigured() {
        ring = ring(List.of(new TrustedKeyServer(notary.name(), Map.of())));
        CompletableFuture<VerifyKey> waiting = find(A);
        assertThat(answers.asked).containsExactly(new Asked(server.name(), false), new Asked(notary.name(), false));
        answers.give(notary.name(), notary.document(in(DAY)));
        assertThat(answers.asked).contains(new Asked(notary.name(), true));
        answers.tell(notary.name(), KeyPublisher.answer(notary.countersign(server.document(in(DAY)))));
        assertThat(waiting).isCompletedWithValue(key);

        find(ServerName.parse("b.example"), A);
        assertThat(answers.asked.stream().filter(new Asked(notary.name(), false)::equals))
                .hasSize(1);
    }

    @Test
    void letsANotaryBeTheOnlyOneWhoIsAskedAboutIt() {
        ServerName other = ServerName.parse("other-notary.example");
        ring = ring(List.of(new TrustedKeyServer(notary.name(), Map.of()), new TrustedKeyServer(other, Map.of())));
        find(notary.name(), notary.keyId());
        assertThat(answers.asked).containsExactly(new Asked(notary.name(), false));
    }

    @Test
    void renewsFromTheServerItselfOnly() {
        withNotary();
        answers.give(server.name(), server.document(in(DAY)));
        find(A);
        answers.forget(server.name());
        answers.tell(notary.name(), KeyPublisher.answer(notary.countersign(server.document(in(Duration.ofHours(20))))));
        clock.advance(DAY.dividedBy(2));
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
        KeyPublisher renewed = new KeyPublisher("a.example", "ed25519:b");
        answers.give(server.name(), renewed.document(in(DAY)));
        assertThat(ring.atHand(server.name(), B)).isEqualTo(renewed.key().verifyKey());
        assertThat(ring.atHand(server.name(), A)).isNull();
    }

    @Test
    void takesNoOlderDocumentFromANotary() {
        withNotary();
        answers.give(server.name(), new KeyPublisher("a.example", "ed25519:b").document(in(DAY)));
        find(B);
        clock.advance(Patience.AFTER_SUCCESS);
        answers.forget(server.name());
        answers.tell(notary.name(), KeyPublisher.answer(notary.countersign(server.document(in(Duration.ofHours(1))))));
        find(A);
        assertThat(ring.atHand(server.name(), B)).isNotNull();
        assertThat(ring.atHand(server.name(), A)).isNull();
    }
}
