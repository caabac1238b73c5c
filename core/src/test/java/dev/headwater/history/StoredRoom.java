package dev.headwater.history;

import static dev.headwater.history.Awaited.present;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Everything that a store holds of a room, read page by page. */
public final class StoredRoom {
    private final @Nullable RoomHead head;
    private final Map<EventId, Side> sides = new HashMap<>();
    private final Map<EventId, Place> places = new HashMap<>();
    private final Map<Place, EventId> ids = new HashMap<>();
    private final Map<EventId, byte[]> bodies = new HashMap<>();
    private final Map<PageId, SidePage> pages = new HashMap<>();

    private StoredRoom(@Nullable RoomHead head) {
        this.head = head;
    }

    public static StoredRoom read(EventStore store, RoomId room) {
        Pages none = store.plan(room, List.of()).block();
        StoredRoom stored = new StoredRoom(none == null ? null : none.head());
        PageId from = PageId.LOWEST;
        while (true) {
            List<PageId> ids =
                    present(store.pagesFrom(room, from, EventStore.MAX_WINDOW).block());
            if (ids.isEmpty()) {
                return stored;
            }
            assertThat(ids).isSorted();
            Pages pages = present(store.window(room, ids).block());
            for (PageId id : ids) {
                stored.take(present(pages.pages().get(id)));
            }
            PageId last = ids.get(ids.size() - 1);
            from = new PageId(last.bucket(), last.part() + 1);
        }
    }

    private void take(Page page) {
        pages.put(page.side().id(), page.side());
        for (int slot = 0; slot < page.side().sides().size(); slot++) {
            Side side = page.side().sides().get(slot);
            Place place = new Place(page.side().id(), slot);
            insist(sides.put(side.id(), side) == null, side.id() + " is stored twice");
            places.put(side.id(), place);
            ids.put(place, side.id());
            bodies.put(
                    side.id(),
                    Arrays.copyOfRange(page.bodies(), side.bodyOffset(), side.bodyOffset() + side.bodyLength()));
        }
    }

    public RoomHead head() {
        return present(head);
    }

    public boolean exists() {
        return head != null;
    }

    public Set<EventId> events() {
        return sides.keySet();
    }

    public Side side(EventId id) {
        return present(sides.get(id));
    }

    public Side side(String name) {
        return side(RoomBuilder.id(name));
    }

    public byte[] body(EventId id) {
        return present(bodies.get(id));
    }

    public Place place(EventId id) {
        return present(places.get(id));
    }

    Collection<SidePage> pages() {
        return pages.values();
    }

    /** The stored parents that a walk may step to. */
    public List<EventId> parents(EventId id) {
        List<EventId> parents = new ArrayList<>();
        for (Edge edge : side(id).parents()) {
            if (edge instanceof Edge.Known known) {
                parents.add(present(ids.get(known.place())));
            } else if (edge instanceof Edge.Unknown unknown && sides.containsKey(unknown.id())) {
                parents.add(unknown.id());
            }
        }
        return parents;
    }

    /** What must hold of every stored room, however it came to be. */
    public StoredRoom assertSound(EventStore store, RoomId room) {
        RoomHead now = head();
        assertThat(now.events()).as("head counts its events").isEqualTo(sides.size());
        for (EventId id : sides.keySet()) {
            Side side = side(id);
            for (EventId parent : parents(id)) {
                insist(
                        side.correctedDepth() > side(parent).correctedDepth(),
                        id + " is not above its parent " + parent);
            }
            long bucket = PageId.bucketOf(side.correctedDepth());
            long stored = place(id).page().bucket();
            insist(now.raises() == 0 ? bucket == stored : bucket >= stored, id + " lies in the wrong page");
            for (EventId unknown : HeldPage.unknown(side)) {
                insist(now.lazyEdges() || !sides.containsKey(unknown), id + " has an edge that nobody has mended");
            }
        }
        Set<EventId> all = new HashSet<>(sides.keySet());
        all.add(EventId.parse("$nobody:has.it"));
        Located located = present(store.locate(room, all).block());
        assertThat(located.places()).isEqualTo(places);
        assertFoundByTime(store, room);
        return this;
    }

    private void assertFoundByTime(EventStore store, RoomId room) {
        List<PageId> ids = new ArrayList<>(pages.keySet());
        for (int i = 0; i < ids.size(); i += EventStore.MAX_BY_TIME) {
            List<PageId> some = ids.subList(i, Math.min(ids.size(), i + EventStore.MAX_BY_TIME));
            Map<PageId, List<TimeRun>> expected = new HashMap<>();
            some.forEach(id -> expected.put(id, TimeRun.of(present(pages.get(id)))));
            assertThat(present(store.timeRuns(room, some).block())).isEqualTo(expected);
        }
    }

    private static void insist(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
