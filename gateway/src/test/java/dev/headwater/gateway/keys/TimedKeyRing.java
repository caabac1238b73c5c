package dev.headwater.gateway.keys;

import dev.headwater.gateway.discovery.SettableClock;
import dev.headwater.id.KeyId;
import dev.headwater.id.ServerName;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.KeyPublisher;
import dev.headwater.sign.PinnedKeys;
import dev.headwater.sign.VerifyKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A ring of keys that asks whom the test answers for, in a time that the test sets. */
abstract class TimedKeyRing {
    static final ServerName SELF = ServerName.parse("hs.example");
    static final KeyId A = KeyId.parse("ed25519:a");
    static final KeyId B = KeyId.parse("ed25519:b");
    static final Duration DAY = Duration.ofDays(1);

    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    final SettableClock clock = new SettableClock();
    final Answers answers = new Answers();
    final KeyPublisher server = new KeyPublisher("a.example", "ed25519:a");
    final VerifyKey key = server.key().verifyKey();
    final KeyPublisher notary = new KeyPublisher("notary.example", "ed25519:n");
    KeyRing ring = ring(List.of());

    final KeyRing ring(List<TrustedKeyServer> notaries) {
        return new KeyRing(
                SELF,
                PinnedKeys.parse(Map.of("pinned.example", Map.of("ed25519:a", key.base64()))),
                notaries,
                answers,
                Ed25519.jdk(),
                clock,
                clock::nanos,
                Schedulers.immediate(),
                time);
    }

    final void withNotary() {
        ring = ring(List.of(new TrustedKeyServer(
                notary.name(), Map.of(notary.keyId(), notary.key().verifyKey()))));
    }

    final long in(Duration from) {
        return clock.millis() + from.toMillis();
    }

    final void pass(Duration some) {
        clock.advance(some);
        time.advanceTimeBy(some);
    }

    final CompletableFuture<VerifyKey> find(KeyId id) {
        return find(server.name(), id);
    }

    final CompletableFuture<VerifyKey> find(ServerName name, KeyId id) {
        Mono<VerifyKey> found = ring.find(name, id);
        return found.toFuture();
    }
}
