package dev.headwater.history;

import static dev.headwater.history.Awaited.present;
import static dev.headwater.history.Awaited.value;
import static dev.headwater.history.RoomBuilder.VERSION;
import static dev.headwater.history.RoomBuilder.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headwater.event.Pdu;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.sign.SignedRoom;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What becomes of a room whose pages are sealed, over any store. */
public abstract class SealingContract extends TimesContract {
    private static final int BODY = 200;

    /** So many events in one line, each with a body that is its own. */
    RoomBuilder line(int events) {
        RoomBuilder room = new RoomBuilder(newRoom());
        Random random = new Random(events);
        for (int i = 0; i < events; i++) {
            byte[] body = new byte[BODY];
            random.nextBytes(body);
            body[0] = '{';
            RoomBuilder.Draft event = room.event("e" + i).body(body).depth(i);
            if (i > 0) {
                event.after("e" + (i - 1));
            }
        }
        return room;
    }

    long seal(RoomId room) {
        return value(new SealSweep(store()).sweep(room));
    }

    Map<PageId, Boolean> sealed(RoomId room) {
        List<PageId> ids = present(store().pagesFrom(room, PageId.LOWEST, 64).block());
        Map<PageId, Boolean> sealed = new TreeMap<>();
        value(store().plan(room, ids))
                .pages()
                .forEach((id, page) -> sealed.put(id, page.side().sealed()));
        return sealed;
    }

    void assertHolds(RoomBuilder room) {
        StoredRoom stored = sound(room.room());
        assertThat(stored.events()).hasSize(room.events().size());
        for (NewEvent event : room.events()) {
            assertThat(stored.body(event.id())).isEqualTo(event.body());
        }
    }

    private Mono<String> bodies(RoomId room, PageId page) {
        return store().window(room, List.of(page))
                .map(read -> new String(present(read.pages().get(page)).bodies(), StandardCharsets.UTF_8));
    }

    private StoreUnavailableException killed() {
        return new StoreUnavailableException("killed", new IllegalStateException());
    }

    @Test
    public void sealsEveryPageButTheNewestAndReadsThemAsTheyWere() {
        RoomBuilder room = line(150);
        write(room);
        StoredRoom before = sound(room.room());
        assertThat(before.head().sealFrom()).isZero();

        assertThat(seal(room.room())).isEqualTo(4);

        assertThat(sealed(room.room()).values()).containsExactly(true, true, true, true, false);
        assertHolds(room);
        StoredRoom after = sound(room.room());
        assertThat(after.head().sealFrom()).isEqualTo(4);
        assertThat(after.head().bodyChanges()).isEqualTo(before.head().bodyChanges());
        for (EventId event : before.events()) {
            assertThat(after.side(event)).isEqualTo(before.side(event));
            assertThat(after.place(event)).isEqualTo(before.place(event));
        }
        List<EventId> walked = value(new BackfillWalk(store())
                .walk(room.room(), List.of(id("e149")), 200, side -> Sight.SHOWN)
                .map(WalkedEvent::id)
                .collectList());
        assertThat(walked).hasSize(150).startsWith(id("e149")).endsWith(id("e0"));

        assertThat(seal(room.room())).isZero();
        assertThat(sound(room.room()).head()).isEqualTo(after.head());
    }

    @Test
    public void sealsTheNewestPageWhenAnotherFollowsOrItIsFull() {
        RoomBuilder room = line(80);
        List<NewEvent> events = room.events();
        write(store(), room.room(), events.subList(0, 50));
        seal(room.room());
        assertThat(sealed(room.room()).values()).containsExactly(true, false);
        write(store(), room.room(), events.subList(50, 64));
        assertThat(seal(room.room())).isEqualTo(1);
        assertThat(sealed(room.room()).values()).containsExactly(true, true);
        assertThat(sound(room.room()).head().sealFrom()).isEqualTo(RoomHead.NOTHING_TO_SWEEP);
        write(store(), room.room(), events.subList(64, 80));
        assertThat(seal(room.room())).isZero();
        assertThat(sealed(room.room()).values()).containsExactly(true, true, false);
        assertHolds(room);
    }

    @Test
    public void sealsARoomOfMorePagesThanOnePlanHas() {
        RoomBuilder room = line(32 * 130);
        write(room);
        CountingStore counting = new CountingStore(store());
        assertThat(value(new SealSweep(counting).sweep(room.room()))).isEqualTo(130);
        assertThat(counting.largestWindow).hasValue(EventStore.MAX_WINDOW);
        assertHolds(room);
        assertThat(sound(room.room()).head().sealFrom()).isEqualTo(RoomHead.NOTHING_TO_SWEEP);
    }

    @Test
    public void opensTheNextPartForWhatComesLateAndSealsIt() {
        RoomBuilder room = line(70);
        write(room);
        seal(room.room());
        for (int i = 0; i < 20; i++) {
            room.event("late" + i).after("e5").depth(6).body("{" + "late ".repeat(60) + i + "}");
        }
        write(room);
        assertThat(sound(room.room()).place(id("late0"))).isEqualTo(Place.of(0, 1, 0));
        assertThat(sound(room.room()).head().sealFrom()).isZero();
        assertThat(seal(room.room())).isEqualTo(1);
        assertThat(sealed(room.room()))
                .isEqualTo(Map.of(
                        new PageId(0, 0),
                        true,
                        new PageId(0, 1),
                        true,
                        new PageId(1, 0),
                        true,
                        new PageId(2, 0),
                        false));
        assertHolds(room);
    }

    @Test
    public void leavesPagesOfAFewEventsOpenSoThatTheyFill() {
        RoomBuilder room = line(70);
        room.event("late").after("e5").depth(6).body("{" + "late ".repeat(60) + "}");
        write(room);
        assertThat(sound(room.room()).place(id("late"))).isEqualTo(Place.of(0, 1, 0));
        seal(room.room());
        assertThat(sealed(room.room())).containsEntry(new PageId(0, 1), false);
        room.event("later").after("e5").depth(7);
        write(room);
        assertThat(sound(room.room()).place(id("later"))).isEqualTo(Place.of(0, 1, 1));
        assertHolds(room);
    }

    @Test
    public void goesOnWhereASealingWasStopped() {
        RoomBuilder room = line(32 * 40 + 5);
        write(room);
        AtomicInteger left = new AtomicInteger();
        EventStore dying = new CountingStore(store()) {
            @Override
            public Mono<Boolean> publish(Publication publication) {
                return left.getAndDecrement() > 0 ? super.publish(publication) : Mono.error(killed());
            }
        };
        for (int publishes = 0; publishes < 2; publishes++) {
            left.set(publishes);
            assertThatThrownBy(new SealSweep(dying).sweep(room.room())::block)
                    .isInstanceOf(StoreUnavailableException.class);
            assertHolds(room);
        }
        assertThat(sound(room.room()).head().sealFrom()).isEqualTo(15);
        assertThat(seal(room.room())).isEqualTo(40 - EventStore.MAX_WINDOW);
        assertHolds(room);
    }

    @Test
    public void keepsNothingOfBrokenWritesInASealedPage() {
        RoomBuilder room = line(40);
        List<NewEvent> events = room.events();
        write(store(), room.room(), events.subList(0, 10));
        String secret = "broken-" + System.nanoTime();
        byte[] broken = ("{" + secret + "}").getBytes(StandardCharsets.UTF_8);
        store().append(room.room(), Map.of(new PageId(0, 0), broken)).block();
        write(room);
        store().append(room.room(), Map.of(new PageId(0, 0), broken)).block();
        holding(secret).ifPresent(count -> assertThat(count).isOne());
        assertThat(seal(room.room())).isEqualTo(1);
        holding(secret).ifPresent(count -> assertThat(count).isZero());
        Page page = present(value(store().window(room.room(), List.of(new PageId(0, 0))))
                .pages()
                .get(new PageId(0, 0)));
        assertThat(page.bodies()).hasSize(32 * BODY + broken.length);
        assertThat(Arrays.copyOfRange(page.bodies(), 10 * BODY, 10 * BODY + broken.length))
                .isEqualTo(new byte[broken.length]);
        assertHolds(room);
    }

    @Test
    public void appendsNothingToASealedPage() {
        RoomBuilder room = line(40);
        write(room);
        seal(room.room());
        PageId first = new PageId(0, 0);
        PageId second = new PageId(1, 0);
        assertThat(value(store().append(room.room(), Map.of(first, new byte[] {'{'}, second, new byte[] {'{'}))))
                .isEqualTo(Map.of(second, 8 * BODY));
        assertThat(present(value(store().window(room.room(), List.of(first)))
                                .pages()
                                .get(first))
                        .bodies())
                .hasSize(32 * BODY);
        assertHolds(room);
    }

    /** Seals the room once, before or after the first append of whoever writes through it. */
    private EventStore overtaking(boolean beforeAppend) {
        AtomicBoolean first = new AtomicBoolean(true);
        return new CountingStore(store()) {
            @Override
            public Mono<Map<PageId, Integer>> append(RoomId id, Map<PageId, byte[]> bodies) {
                Mono<Long> sealing = Mono.defer(() ->
                        first.getAndSet(false) ? new SealSweep(SealingContract.this.store()).sweep(id) : Mono.just(0L));
                return beforeAppend
                        ? sealing.then(super.append(id, bodies))
                        : super.append(id, bodies).delayUntil(offsets -> sealing);
            }
        };
    }

    @Test
    public void aWriterThatIsOvertakenByASealingGoesOnInTheNextPart() {
        for (boolean beforeAppend : new boolean[] {true, false}) {
            RoomBuilder room = line(70);
            room.event("first").after("e5").depth(6).body("{" + "first ".repeat(400) + "}");
            write(room);
            room.event("late").after("e5").depth(6).body("{" + "late ".repeat(60) + "}");

            assertThat(write(overtaking(beforeAppend), room.room(), room.events())
                            .taken())
                    .isEqualTo(1);

            assertThat(sealed(room.room())).containsEntry(new PageId(0, 1), true);
            assertThat(sound(room.room()).place(id("late"))).isEqualTo(Place.of(0, 2, 0));
            assertHolds(room);
            assertThat(seal(room.room())).isZero();
        }
    }

    @Test
    public void leavesNothingOfWhatWasRightlyRedactedInASealedPage() {
        String secretText = "sealed-secret-" + System.nanoTime();
        SignedRoom room = new SignedRoom(VERSION, newRoom().value().substring(1, 30));
        String eva = "@eva:e.example";
        room.join(eva);
        Pdu secret = room.say(eva, secretText);
        for (int i = 0; i < 40; i++) {
            room.say(eva, "after " + i);
        }
        write(store(), room.id(), room.events());
        seal(room.id());
        Place place = sound(room.id()).place(secret.id());
        assertThat(sealed(room.id())).containsEntry(place.page(), true);
        holding(secretText).ifPresent(count -> assertThat(count).isOne());
        Pdu redaction = room.redact(eva, secret.id());
        write(store(), room.id(), List.of(SignedRoom.admitted(redaction)));
        new VisibilitySweep(store()).sweep(room.id()).block();
        RoomHead before = sound(room.id()).head();

        assertThat(value(new RedactionSweep(store()).sweep(room.id()))).isEqualTo(1);

        StoredRoom stored = sound(room.id());
        assertThat(stored.head().bodyChanges()).isEqualTo(before.bodyChanges() + 1);
        assertThat(stored.side(secret.id()).redacted()).isEqualTo(Redacted.FOR_GOOD);
        assertThat(stored.place(secret.id())).isEqualTo(place);
        assertThat(sealed(room.id())).containsEntry(place.page(), true);
        assertThat(new String(stored.body(secret.id()), StandardCharsets.UTF_8)).isEqualTo(redactedCopy(secret));
        for (Pdu other : room.pdus()) {
            if (other != secret) {
                assertThat(stored.body(other.id())).asString().isEqualTo(SignedRoom.line(other));
            }
        }
        holding(secretText).ifPresent(count -> assertThat(count).isZero());
        Page page = present(
                value(store().window(room.id(), List.of(place.page()))).pages().get(place.page()));
        assertThat(new String(page.bodies(), StandardCharsets.UTF_8)).doesNotContain(secretText);
        assertThat(value(store().basis(room.id(), room.version(), List.of(secret.id()), Set.of()))
                        .marks())
                .isEmpty();
    }

    @Test
    public void aPageIsLeftAsItWasIfWhoRedactsInItLosesARace() {
        SignedRoom room = new SignedRoom(VERSION, newRoom().value().substring(1, 30));
        String eva = "@eva:e.example";
        room.join(eva);
        Pdu secret = room.say(eva, "secret");
        for (int i = 0; i < 40; i++) {
            room.say(eva, "after " + i);
        }
        room.redact(eva, secret.id());
        Pdu late = room.say(eva, "late");
        write(store(), room.id(), room.events().subList(0, room.events().size() - 1));
        seal(room.id());
        new VisibilitySweep(store()).sweep(room.id()).block();
        AtomicInteger erasures = new AtomicInteger();
        EventStore raced = new CountingStore(store()) {
            @Override
            public Mono<Boolean> publish(Publication publication) {
                if (publication.sealedBodies().isEmpty() || erasures.getAndIncrement() > 0) {
                    return super.publish(publication);
                }
                return new RoomWriter(SealingContract.this.store())
                        .write(room.id(), room.version(), List.of(SignedRoom.admitted(late)))
                        .then(super.publish(publication))
                        .delayUntil(published -> bodies(room.id(), new PageId(0, 0))
                                .doOnNext(bodies -> assertThat(bodies).contains(SignedRoom.line(secret))))
                        .doOnNext(published -> assertThat(published).isFalse());
            }
        };
        assertThat(sealed(room.id())).containsEntry(new PageId(0, 0), true);
        assertThat(value(new RedactionSweep(raced).sweep(room.id()))).isEqualTo(1);
        assertThat(erasures).hasValue(2);
        assertThat(sound(room.id()).body(secret.id())).asString().isEqualTo(redactedCopy(secret));
    }
}
