package dev.headwater.history;

import static dev.headwater.history.Awaited.present;
import static dev.headwater.history.Awaited.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.event.Pdu;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.sign.SignedRoom;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What redactions do to those who read or write the room at the same time, over any store. */
public abstract class RedactionUnderWayContract extends RedactionContract {
    @Test
    public void aWriterWhoseAppendedBytesWereTakenAwayAppendsThemAgain() {
        SignedRoom room = room();
        room.join(EVA);
        Pdu secret = room.say(EVA, secretText);
        room.redact(EVA, secret.id());
        write(room, room.pdus());
        new VisibilitySweep(store()).sweep(room.id()).block();
        Pdu late = room.say(EVA, "late");
        EventStore overtaken = new CountingStore(store()) {
            @Override
            public Mono<Map<PageId, Integer>> append(RoomId id, Map<PageId, byte[]> bodies) {
                return super.append(id, bodies)
                        .delayUntil(offsets -> new RedactionSweep(RedactionUnderWayContract.this.store()).sweep(id));
            }
        };
        assertThat(present(new RoomWriter(overtaken)
                                .write(room.id(), room.version(), List.of(SignedRoom.admitted(late)))
                                .block())
                        .taken())
                .isEqualTo(1);
        assertThat(body(room.id(), late.id())).isEqualTo(SignedRoom.line(late));
        assertThat(body(room.id(), secret.id())).isEqualTo(redactedCopy(secret));
    }

    @Test
    public void aWalkUnderWayShowsNoMoreOfWhatWasRedactedMeanwhile() {
        assertHonoured((clock, room, events) -> new BackfillWalk(store(), clock)
                .walk(room, List.of(events.get(0)), 100, RedactionUnderWayContract::seen));
    }

    @Test
    public void aListUnderWayShowsNoMoreOfWhatWasRedactedMeanwhile() {
        assertHonoured((clock, room, events) -> {
            Map<EventId, Place> places = value(store().locate(room, events)).places();
            return new ShownEvents(store(), clock)
                    .at(room, events.stream().map(places::get).toList(), RedactionUnderWayContract::seen);
        });
    }

    private static Sight seen(Side side) {
        return side.marked() ? Sight.REDACTED : Sight.SHOWN;
    }

    private interface Reading {
        Flux<WalkedEvent> of(LongSupplier clock, RoomId room, List<EventId> newestFirst);
    }

    /** Takes one event, has the next one redacted for good, and takes that. */
    private void assertHonoured(Reading reading) {
        SignedRoom room = room();
        room.join(EVA);
        Pdu secret = room.say(EVA, secretText);
        Pdu start = room.say(EVA, "start");
        Pdu redaction = room.redact(EVA, secret.id());
        write(room, room.pdus().subList(0, 4));
        AtomicLong now = new AtomicLong();
        BlockingQueue<WalkedEvent> taken = new LinkedBlockingQueue<>();
        BaseSubscriber<WalkedEvent> reader = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(WalkedEvent event) {
                taken.add(event);
            }
        };
        reading.of(now::get, room.id(), List.of(start.id(), secret.id())).subscribe(reader);
        assertThat(next(taken).id()).isEqualTo(start.id());
        write(room, List.of(redaction));
        sweep(room.id());
        now.set(Descent.MAX_AGE_NANOS + 1);
        reader.request(1);
        WalkedEvent shown = next(taken);
        reader.cancel();
        assertThat(shown.id()).isEqualTo(secret.id());
        assertThat(shown.redacted()).isTrue();
        assertThat(new String(shown.page(), shown.offset(), shown.length(), StandardCharsets.UTF_8))
                .isEqualTo(redactedCopy(secret));
        assertThat(new String(shown.page(), StandardCharsets.UTF_8)).doesNotContain(secretText);
    }

    private static WalkedEvent next(BlockingQueue<WalkedEvent> walked) {
        try {
            return present(walked.poll(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
