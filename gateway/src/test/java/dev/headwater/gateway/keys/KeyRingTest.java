package dev.headwater.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.headwater.gateway.keys.Answers.Asked;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.json.CanonicalJson;
import dev.headwater.sign.KeyPublisher;
import dev.headwater.sign.VerifyKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Whom the ring asks, when, and what it makes of the answers. */
class KeyRingTest extends TimedKeyRing {
    @Test
    void fetchesAKeyOnceAndThenHasItAtHand() {
        answers.give(server.name(), server.document(in(DAY)));
        assertThat(ring.atHand(server.name(), A)).isNull();
        assertThat(find(A)).isCompletedWithValue(key);
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
        assertThat(find(A)).isCompletedWithValue(key);
        assertThat(answers.asked).containsExactly(new Asked(server.name(), false));
    }

    @Test
    void neverAsksPinnedServersNorItself() {
        ServerName pinned = ServerName.parse("pinned.example");
        assertThat(ring.atHand(pinned, A)).isEqualTo(key);
        assertThat(find(pinned, A)).isCompletedWithValue(key);
        assertThat(find(pinned, B)).isCompletedWithValue(null);
        assertThat(find(SELF, A)).isCompletedWithValue(null);
        assertThat(answers.asked).isEmpty();
    }

    @Test
    void asksOnceForAllWhoWait() {
        List<CompletableFuture<VerifyKey>> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(find(A));
        }
        assertThat(answers.asked).hasSize(1);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        answers.give(server.name(), server.document(in(DAY)));
        assertThat(waiting).allSatisfy(one -> assertThat(one).isCompletedWithValue(key));
    }

    @Test
    void goesOnForTheOthersWhenOneHasGone() {
        CompletableFuture<VerifyKey> first = find(A);
        CompletableFuture<VerifyKey> second = find(A);
        first.cancel(false);
        answers.give(server.name(), server.document(in(DAY)));
        assertThat(second).isCompletedWithValue(key);
    }

    @Test
    void keepsWhatComesWhenAllHaveGone() {
        find(A).cancel(false);
        answers.give(server.name(), server.document(in(DAY)));
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
    }

    @Test
    void doesNotAskAgainForAKeyThatIsNotThere() {
        answers.give(server.name(), server.document(in(DAY)));
        for (int i = 0; i < 50; i++) {
            assertThat(find(KeyId.parse("ed25519:bogus" + i))).isCompletedWithValue(null);
        }
        assertThat(answers.asked).hasSize(1);
        assertThat(find(A)).isCompletedWithValue(key);
        clock.advance(Patience.AFTER_SUCCESS);
        assertThat(find(B)).isCompletedWithValue(null);
        assertThat(answers.asked).hasSize(2);
    }

    @Test
    void findsANewKeyOfAKnownServer() {
        answers.give(server.name(), server.document(in(DAY)));
        find(A);
        KeyPublisher renewed = new KeyPublisher("a.example", "ed25519:b");
        answers.give(server.name(), renewed.document(in(DAY)));
        clock.advance(Patience.AFTER_SUCCESS);
        assertThat(find(B)).isCompletedWithValue(renewed.key().verifyKey());
        assertThat(ring.atHand(server.name(), A)).isNull();
    }

    @Test
    void leavesAServerThatFailsAloneForLongerAndLonger() {
        answers.fail(server.name());
        List<Long> asked = new ArrayList<>();
        for (long second = 0; second < 1_200; second++) {
            int before = answers.asked.size();
            assertThat(find(A)).isCompletedWithValue(null);
            if (answers.asked.size() > before) {
                asked.add(second);
            }
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(asked).containsExactly(0L, 5L, 15L, 35L, 75L, 155L, 315L, 615L, 915L);
        answers.give(server.name(), server.document(in(DAY)));
        clock.advance(Patience.LONGEST);
        assertThat(find(A)).isCompletedWithValue(key);
    }

    @Test
    void keepsOneServersFailureFromTheOthers() {
        answers.fail(ServerName.parse("b.example"));
        answers.give(server.name(), server.document(in(DAY)));
        assertThat(find(ServerName.parse("b.example"), A)).isCompletedWithValue(null);
        assertThat(find(A)).isCompletedWithValue(key);
    }

    @Test
    void renewsAtHalfLifeWhileTheOldOneStillServes() {
        answers.give(server.name(), server.document(in(DAY)));
        find(A);
        clock.advance(DAY.dividedBy(2).minusMillis(1));
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
        assertThat(answers.asked).hasSize(1);
        answers.forget(server.name());
        clock.advance(Duration.ofMillis(1));
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
        assertThat(answers.asked).hasSize(2);
        answers.give(server.name(), server.document(in(DAY)));
        clock.advance(DAY.dividedBy(2).minusMillis(1));
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
        assertThat(answers.asked).hasSize(2);
    }

    @Test
    void servesToTheEndWhenItCannotBeRenewed() {
        answers.give(server.name(), server.document(in(DAY)));
        find(A);
        answers.fail(server.name());
        clock.advance(DAY);
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
        clock.advance(Duration.ofMillis(1));
        assertThat(ring.atHand(server.name(), A)).isNull();
        clock.advance(Patience.AFTER_FAILURE);
        int before = answers.asked.size();
        assertThat(find(A)).isCompletedWithValue(null);
        assertThat(answers.asked).hasSize(before + 1);
    }

    @Test
    void asksOnceMoreWhenAKeyIsOverAndThenWaits() {
        answers.give(server.name(), server.document(clock.millis() - 1));
        assertThat(find(A)).isCompletedWithValue(null);
        assertThat(find(A)).isCompletedWithValue(null);
        assertThat(answers.asked).hasSize(1);
        clock.advance(Patience.AFTER_FAILURE);
        answers.give(server.name(), server.document(in(DAY)));
        assertThat(find(A)).isCompletedWithValue(key);
        assertThat(answers.asked).hasSize(2);
    }

    @Test
    void doesNotAskForAnOldKey() {
        answers.give(server.name(), server.document(in(DAY), document -> {
            ObjectNode old = (ObjectNode) document.get("old_verify_keys");
            KeyPublisher.put(old, "ed25519:b", key.base64(), in(DAY));
        }));
        find(A);
        clock.advance(Patience.AFTER_SUCCESS);
        assertThat(find(B)).isCompletedWithValue(null);
        assertThat(answers.asked).hasSize(1);
    }

    @Test
    void endsAfterTenSecondsAndSaysSoToAll() {
        CompletableFuture<VerifyKey> waiting = find(A);
        pass(KeyFlight.LIMIT.minusMillis(1));
        assertThat(waiting).isNotDone();
        pass(Duration.ofMillis(1));
        assertThat(waiting).isCompletedWithValue(null);
        assertThat(answers.underWay()).isZero();
        assertThat(find(A)).isCompletedWithValue(null);
        assertThat(answers.asked).hasSize(1);
    }

    @Test
    void fetchesFromSixtyFourServersAtOnceAndHasOthersWait() {
        List<CompletableFuture<VerifyKey>> waiting = new ArrayList<>();
        int all = KeyRing.FETCHES_AT_ONCE + KeyRing.FETCHES_WAITING;
        for (int i = 0; i < all; i++) {
            waiting.add(find(ServerName.parse("s" + i + ".example"), A));
        }
        assertThat(answers.asked).hasSize(KeyRing.FETCHES_AT_ONCE);
        assertRefused(find(ServerName.parse("late.example"), A));
        answers.fail(ServerName.parse("s0.example"));
        assertThat(answers.asked).hasSize(KeyRing.FETCHES_AT_ONCE + 1);
        assertThat(waiting.get(0)).isCompletedWithValue(null);

        pass(KeyFlight.LONGEST_WAIT);
        waiting.subList(65, all).forEach(KeyRingTest::assertRefused);
        assertThat(waiting.subList(1, 65)).noneMatch(CompletableFuture::isDone);
        pass(KeyFlight.LIMIT.minus(KeyFlight.LONGEST_WAIT));
        assertThat(waiting.subList(0, 65)).allSatisfy(one -> assertThat(one).isCompletedWithValue(null));
        assertThat(answers.asked).hasSize(KeyRing.FETCHES_AT_ONCE + 1);
        assertThat(answers.underWay()).isZero();

        // Who was turned away is not to blame, and may come at once.
        answers.give(ServerName.parse("s319.example"), new KeyPublisher("s319.example", "ed25519:a").document(in(DAY)));
        assertThat(find(ServerName.parse("s319.example"), A).join()).isNotNull();
    }

    @Test
    void doesNotBelieveWhatIsNoDocumentOfTheServer() {
        answers.body(server.name(), "garbage".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(find(A)).isCompletedWithValue(null);
        clock.advance(Patience.LONGEST);
        answers.body(server.name(), CanonicalJson.encode(new KeyPublisher("b.example", "ed25519:a").document(in(DAY))));
        assertThat(find(A)).isCompletedWithValue(null);
        assertThat(find(ServerName.parse("b.example"), A)).isNotDone();
    }

    @Test
    void endsWhatIsUnderWayWhenItIsClosed() {
        for (int i = 0; i < 100; i++) {
            find(ServerName.parse("s" + i + ".example"), A);
        }
        ring.close();
        assertThat(answers.underWay()).isZero();
    }

    @Test
    void countsValidityFromTheFetchWhateverTheClockDoes() {
        answers.give(server.name(), server.document(in(Duration.ofDays(300))));
        find(A);
        clock.jump(Duration.ofDays(-10));
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
        clock.jump(Duration.ofDays(17));
        assertThat(ring.atHand(server.name(), A)).isEqualTo(key);
        clock.jump(Duration.ofMillis(1));
        assertThat(ring.atHand(server.name(), A)).isNull();
    }

    private static void assertRefused(CompletableFuture<VerifyKey> one) {
        assertThat(one).isCompletedExceptionally();
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(one::join)
                .withCauseInstanceOf(RejectedExecutionException.class);
    }
}
