package dev.headwater.history;

import static dev.headwater.history.Awaited.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.event.Pdu;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import dev.headwater.json.CanonicalJson;
import dev.headwater.json.StrictJson;
import dev.headwater.room.Redaction;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.SignedRoom;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What becomes of redacted events over any store; {@code -Dheadwater.redactions=10000} for very many of them. */
public abstract class RedactionContract extends RoomWriterContract {
    static final String EVA = "@eva:e.example";

    /** No other test says it. */
    final String secretText = "secret-" + UUID.randomUUID();

    /** How many things that the store holds, of whatever kind, have some text in them; empty if nobody can look into it. */
    protected OptionalLong holding(String text) {
        return OptionalLong.empty();
    }

    private void assertSecretIsHeld(boolean held) {
        holding(secretText).ifPresent(count -> assertThat(count > 0).isEqualTo(held));
    }

    SignedRoom room() {
        return new SignedRoom(RoomVersion.V10, UUID.randomUUID().toString());
    }

    void write(SignedRoom room, List<Pdu> pdus) {
        List<NewEvent> events = pdus.stream().map(SignedRoom::admitted).toList();
        new RoomWriter(store()).write(room.id(), room.version(), events).block();
    }

    long sweep(RoomId room) {
        new VisibilitySweep(store()).sweep(room).block();
        return value(new RedactionSweep(store()).sweep(room));
    }

    String body(RoomId room, EventId event) {
        return new String(sound(room).body(event), StandardCharsets.UTF_8);
    }

    static String redactedCopy(Pdu pdu) {
        return new String(CanonicalJson.encode(Redaction.redact(pdu.json(), pdu.version())), StandardCharsets.UTF_8);
    }

    @Test
    public void leavesNothingOfWhatWasRightlyRedactedInEitherOrder() {
        for (boolean backwards : new boolean[] {false, true}) {
            SignedRoom room = room();
            room.join(EVA);
            Pdu before = room.say(EVA, "before");
            Pdu secret = room.say(EVA, secretText);
            room.say(EVA, "after");
            Pdu redaction = room.redact(EVA, secret.id());
            List<Pdu> all = new ArrayList<>(room.pdus());
            if (backwards) {
                Collections.reverse(all);
                all.forEach(pdu -> write(room, List.of(pdu)));
            } else {
                write(room, all);
            }
            assertThat(sound(room.id()).side(secret.id()).redacted()).isEqualTo(Redacted.ASKED);
            assertThat(sound(room.id()).side(redaction.id()).undecided()).isTrue();
            assertThat(body(room.id(), secret.id())).contains(secretText);
            assertSecretIsHeld(true);

            assertThat(sweep(room.id())).isEqualTo(1);

            StoredRoom stored = sound(room.id());
            assertThat(stored.side(secret.id()).redacted()).isEqualTo(Redacted.FOR_GOOD);
            assertThat(stored.side(secret.id()).marked()).isTrue();
            assertThat(stored.side(redaction.id()).undecided()).isFalse();
            assertThat(stored.head().judgeFrom()).isEqualTo(RoomHead.NOTHING_TO_SWEEP);
            assertThat(body(room.id(), secret.id())).isEqualTo(redactedCopy(secret));
            for (Pdu other : all) {
                if (other != secret) {
                    assertThat(body(room.id(), other.id())).isEqualTo(SignedRoom.line(other));
                }
            }
            assertSecretIsHeld(false);
            assertThat(value(store().basis(room.id(), room.version(), List.of(secret.id(), before.id()), Set.of()))
                            .marks())
                    .isEmpty();
            assertThat(sweep(room.id())).isZero();
            assertThat(sound(room.id()).head()).isEqualTo(stored.head());
        }
    }

    @Test
    public void doesNotTakeTheFullCopyBack() {
        SignedRoom room = room();
        room.join(EVA);
        Pdu secret = room.say(EVA, secretText);
        Pdu redaction = room.redact(EVA, secret.id());
        write(room, room.pdus());
        sweep(room.id());

        write(room, room.pdus());
        write(room, List.of(secret));
        write(room, List.of(redaction));
        Pdu another = room.redact("@mod:a.example", secret.id());
        write(room, List.of(another));
        sweep(room.id());

        assertThat(body(room.id(), secret.id())).isEqualTo(redactedCopy(secret));
        assertThat(sound(room.id()).side(secret.id()).redacted()).isEqualTo(Redacted.FOR_GOOD);
        assertThat(sound(room.id()).side(another.id()).undecided()).isFalse();
        assertSecretIsHeld(false);
    }

    @Test
    public void clearsTheMarkOfWhatWasWronglyRedactedOnceAndForAll() {
        SignedRoom room = room();
        room.state(SignedRoom.ADA, "m.room.power_levels", "", "{\"users\":{\"" + SignedRoom.ADA + "\":100}}");
        room.join(EVA);
        Pdu message = room.say(SignedRoom.ADA, secretText);
        Pdu wrong = room.redact(EVA, message.id());
        Pdu alsoWrong = room.redact(EVA, message.id());
        write(room, room.pdus());
        assertThat(sound(room.id()).side(message.id()).redacted()).isEqualTo(Redacted.ASKED);

        assertThat(sweep(room.id())).isEqualTo(2);

        assertThat(sound(room.id()).side(message.id()).redacted()).isEqualTo(Redacted.NO);
        assertThat(body(room.id(), message.id())).isEqualTo(SignedRoom.line(message));
        write(room, List.of(wrong, alsoWrong));
        assertThat(sound(room.id()).side(message.id()).redacted()).isEqualTo(Redacted.NO);

        Pdu right = room.redact(SignedRoom.ADA, message.id());
        write(room, List.of(right));
        assertThat(sound(room.id()).side(message.id()).redacted()).isEqualTo(Redacted.ASKED);
        sweep(room.id());
        assertThat(sound(room.id()).side(message.id()).redacted()).isEqualTo(Redacted.FOR_GOOD);
        assertSecretIsHeld(false);
    }

    @Test
    public void decidesWhenWhatWasMissingArrives() {
        SignedRoom room = room();
        room.join(EVA);
        Pdu message = room.say(SignedRoom.ADA, secretText);
        room.say(EVA, "between");
        Pdu redaction = room.redact(EVA, message.id());
        List<Pdu> all = room.pdus();
        write(room, all.subList(2, 5));
        assertThat(sweep(room.id())).isZero();
        assertThat(sound(room.id()).side(message.id()).redacted()).isEqualTo(Redacted.ASKED);
        assertThat(sound(room.id()).side(redaction.id()).undecided()).isTrue();

        write(room, all.subList(0, 2));
        assertThat(sweep(room.id())).isEqualTo(1);

        assertThat(sound(room.id()).side(message.id()).redacted()).isEqualTo(Redacted.NO);
    }

    @Test
    public void goesOnWhereASweepWasStopped() {
        SignedRoom room = room();
        room.join(EVA);
        List<Pdu> secrets = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            secrets.add(room.say(EVA, secretText + i));
        }
        secrets.forEach(secret -> room.redact(EVA, secret.id()));
        write(room, room.pdus());
        new VisibilitySweep(store()).sweep(room.id()).block();
        AtomicInteger left = new AtomicInteger();
        EventStore dying = new CountingStore(store()) {
            @Override
            public Mono<Boolean> publish(Publication publication) {
                return left.getAndDecrement() > 0
                        ? super.publish(publication)
                        : Mono.error(new StoreUnavailableException("killed", new IllegalStateException()));
            }
        };
        for (int publishes = 0; publishes < 2; publishes++) {
            left.set(publishes);
            assertThatThrownBy(new RedactionSweep(dying).sweep(room.id())::block)
                    .isInstanceOf(StoreUnavailableException.class);
            sound(room.id());
        }
        sweep(room.id());
        StoredRoom stored = sound(room.id());
        assertThat(secrets).allSatisfy(secret -> {
            assertThat(stored.side(secret.id()).redacted()).isEqualTo(Redacted.FOR_GOOD);
            assertThat(stored.body(secret.id())).asString().isEqualTo(redactedCopy(secret));
        });
        assertSecretIsHeld(false);
    }

    @Test
    public void takesBytesOfBrokenWritesOutOfThePageAsWell() {
        SignedRoom room = room();
        room.join(EVA);
        Pdu secret = room.say(EVA, secretText);
        EventStore dying = new CountingStore(store()) {
            @Override
            public Mono<Boolean> publish(Publication publication) {
                return Mono.error(new StoreUnavailableException("killed", new IllegalStateException()));
            }
        };
        List<NewEvent> events = room.events();
        assertThatThrownBy(new RoomWriter(dying).write(room.id(), room.version(), events)::block)
                .isInstanceOf(StoreUnavailableException.class);
        room.redact(EVA, secret.id());
        write(room, room.pdus());
        sweep(room.id());
        assertSecretIsHeld(false);
        assertThat(body(room.id(), secret.id())).isEqualTo(redactedCopy(secret));
    }

    @Test
    public void marksAllEventsOfAUserThatABanWantsRedacted() {
        for (boolean backwards : new boolean[] {false, true}) {
            SignedRoom room = room();
            room.join(EVA);
            room.join("@bob:e.example");
            List<Pdu> hers = new ArrayList<>();
            List<Pdu> others = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                hers.add(room.say(EVA, "spam" + i));
                others.add(room.say("@bob:e.example", "ham" + i));
            }
            Pdu ban =
                    room.state(SignedRoom.ADA, "m.room.member", EVA, "{\"membership\":\"ban\",\"redact_events\":true}");
            hers.add(room.say(EVA, "late"));
            List<Pdu> all = new ArrayList<>(room.pdus());
            if (backwards) {
                Collections.reverse(all);
            }
            for (int i = 0; i < all.size(); i += 10) {
                write(room, all.subList(i, Math.min(all.size(), i + 10)));
            }
            sweep(room.id());
            StoredRoom stored = sound(room.id());
            assertThat(hers)
                    .allSatisfy(
                            pdu -> assertThat(stored.side(pdu.id()).redacted()).isEqualTo(Redacted.ASKED));
            assertThat(others)
                    .allSatisfy(
                            pdu -> assertThat(stored.side(pdu.id()).redacted()).isEqualTo(Redacted.NO));
            assertThat(stored.side(ban.id()).redacted()).isEqualTo(Redacted.NO);
            assertThat(stored.head().markingSenders()).isFalse();
            assertThat(value(store().basis(
                                            room.id(),
                                            room.version(),
                                            List.of(),
                                            Set.of(UserId.parse(EVA), UserId.parse("@bob:e.example"))))
                            .redactedSenders())
                    .containsExactly(UserId.parse(EVA));
        }
    }

    @Test
    public void keepsTheMarkOfABannedUsersEventThoughARedactionOfItWasWrong() {
        SignedRoom room = room();
        room.join(EVA);
        room.join("@bob:b.example");
        Pdu message = room.say(EVA, "spam");
        room.redact("@bob:b.example", message.id());
        room.state(SignedRoom.ADA, "m.room.member", EVA, "{\"membership\":\"ban\",\"redact_events\":true}");
        write(room, room.pdus());
        assertThat(sweep(room.id())).isEqualTo(1);
        assertThat(sound(room.id()).side(message.id()).redacted()).isEqualTo(Redacted.ASKED);
    }

    @Test
    public void boundsAChainOfRedactionsAndACrowdWithOneTarget() {
        RoomVersion old = RoomVersion.V1;
        int many = Integer.getInteger("headwater.redactions", 300);
        SignedRoom room = new SignedRoom(old, UUID.randomUUID().toString());
        room.join(EVA);
        Pdu first = room.say(EVA, secretText);
        Pdu last = first;
        for (int i = 0; i < many; i++) {
            last = room.redact(EVA, last.id());
        }
        Pdu crowded = room.say(EVA, "crowded");
        for (int i = 0; i < many; i++) {
            room.redact(EVA, crowded.id());
        }
        Pdu self = room.redact(EVA, EventId.parse("$" + (2 * many + 5) + ":e.example"));
        CountingStore counting = new CountingStore(store());
        write(room, room.pdus());
        new VisibilitySweep(store()).sweep(room.id()).block();
        long decided = value(new RedactionSweep(counting).sweep(room.id()));
        StoredRoom stored = sound(room.id());
        assertThat(self.redacts()).isEqualTo(self.id());
        assertThat(decided).isEqualTo(2L * many);
        assertThat(stored.side(first.id()).redacted()).isEqualTo(Redacted.FOR_GOOD);
        assertThat(stored.side(crowded.id()).redacted()).isEqualTo(Redacted.FOR_GOOD);
        assertThat(stored.side(self.id()).redacted()).isEqualTo(Redacted.ASKED);
        assertThat(counting.publishes.get()).isLessThan(many / 8 + 10);
        assertThat(counting.windowPages.get()).isLessThan(many);
        assertThat(StrictJson.object(stored.body(last.id())).path("redacts").isString())
                .isTrue();
    }
}
