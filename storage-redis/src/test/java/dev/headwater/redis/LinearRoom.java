package dev.headwater.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headwater.history.Edge;
import dev.headwater.history.EventKind;
import dev.headwater.history.EventStore;
import dev.headwater.history.PageId;
import dev.headwater.history.Place;
import dev.headwater.history.Publication;
import dev.headwater.history.Redacted;
import dev.headwater.history.RoomHead;
import dev.headwater.history.SealSweep;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.history.StateAround;
import dev.headwater.history.Visibility;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A room without forks, written page by page: event {@code n} has depth {@code n} and the parent {@code n - 1}. */
final class LinearRoom {
    private static final int BODY_BYTES = 846;

    final RoomId id;
    private RoomHead head;

    LinearRoom(String name) {
        id = RoomId.parse("!" + name + ":example.org");
        head = RoomHead.empty(id, RoomVersion.V11);
    }

    EventId event(long n) {
        byte[] hash = new byte[32];
        new Random(id.hashCode() * 31L + n).nextBytes(hash);
        return EventId.parse("$" + Base64.getUrlEncoder().withoutPadding().encodeToString(hash));
    }

    /** As in a real event, a hash, a signature and the parent's ID can be said in no fewer bits, and the rest is much the same. */
    byte[] body(long n) {
        byte[] odd = new byte[96];
        new Random(n).nextBytes(odd);
        String text = "{\"n\":%d,\"room\":\"%s\",\"odd\":\"%s\",\"prev\":\"%s\",\"fill\":\""
                .formatted(n, id, Base64.getEncoder().withoutPadding().encodeToString(odd), event(n - 1));
        byte[] start = text.getBytes(UTF_8);
        byte[] body = new byte[BODY_BYTES];
        Arrays.fill(body, (byte) 'x');
        System.arraycopy(start, 0, body, 0, start.length);
        body[BODY_BYTES - 2] = '"';
        body[BODY_BYTES - 1] = '}';
        return body;
    }

    Place place(long n) {
        return Place.of(n / PageId.LEVELS, 0, (int) (n % PageId.LEVELS));
    }

    RoomHead head() {
        return head;
    }

    /** When an event was. */
    long time(long n) {
        return 1_700_000_000_000L + n * 1000;
    }

    /** The publication that adds the next {@code pages} pages, and the bodies to append before it. */
    Batch next(int pages) {
        Map<PageId, byte[]> bodies = new HashMap<>();
        List<SidePage> sides = new ArrayList<>();
        Map<EventId, Place> places = new HashMap<>();
        long n = head.events();
        for (int p = 0; p < pages; p++) {
            PageId page = place(n).page();
            byte[] all = new byte[PageId.MAX_EVENTS * BODY_BYTES];
            List<Side> slots = new ArrayList<>();
            for (int slot = 0; slot < PageId.MAX_EVENTS; slot++, n++) {
                System.arraycopy(body(n), 0, all, slot * BODY_BYTES, BODY_BYTES);
                places.put(event(n), place(n));
                slots.add(new Side(
                        event(n),
                        n,
                        time(n),
                        EventKind.ORDINARY,
                        Visibility.OPEN,
                        StateAround.UNKNOWN,
                        false,
                        Redacted.NO,
                        false,
                        n == 0 ? List.of() : List.of(new Edge.Known(place(n - 1))),
                        slot * BODY_BYTES,
                        BODY_BYTES));
            }
            bodies.put(page, all);
            sides.add(SidePage.open(page, slots));
        }
        var after = new RoomHead(
                id,
                head.roomVersion(),
                head.version() + 1,
                0,
                false,
                RoomHead.NOTHING_TO_SWEEP,
                false,
                RoomHead.NOTHING_TO_SWEEP,
                false,
                0,
                head.bodyChanges(),
                0,
                head.events() + places.size());
        return new Batch(
                bodies,
                new Publication(
                        after, sides, places, Map.of(), Set.of(), Map.of(), Set.of(), List.of(), Map.of(), Map.of()));
    }

    record Batch(Map<PageId, byte[]> bodies, Publication publication) {}

    /** Stores so many more pages, eight at a time. */
    LinearRoom grow(EventStore store, int pages) {
        for (int done = 0; done < pages; done += 8) {
            Batch batch = next(Math.min(8, pages - done));
            store.append(id, batch.bodies()).block();
            if (!Boolean.TRUE.equals(store.publish(batch.publication()).block())) {
                throw new AssertionError("somebody else wrote " + id);
            }
            published(batch);
        }
        return this;
    }

    /** Has its pages sealed; gives how many were. */
    long seal(EventStore store) {
        long sealed = Awaited.value(new SealSweep(store).sweep(id));
        head = Awaited.value(store.plan(id, List.of())).head();
        return sealed;
    }

    void published(Batch batch) {
        head = batch.publication().head();
    }
}
