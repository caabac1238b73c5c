package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.id.UserId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One room of a {@link MemoryEventStore}. Every method is atomic; none waits for anything but its turn. */
final class MemoryRoom {
    private static final byte[] NO_BODIES = {};

    private @Nullable RoomHead head;
    private final TreeMap<PageId, SidePage> sides = new TreeMap<>();
    private final Map<PageId, List<TimeRun>> times = new HashMap<>();
    private final Map<PageId, byte[]> bodies = new HashMap<>();
    private final Map<EventId, Place> places = new HashMap<>();
    private final Map<EventId, Gap> gaps = new HashMap<>();
    private final Map<EventId, Mark> marks = new HashMap<>();
    private final Set<UserId> redactedSenders = new HashSet<>();
    private final Map<Long, byte[]> stateChunks = new HashMap<>();
    private RoomAdmission admission = new RoomAdmission(Set.of(), List.of());

    synchronized boolean exists() {
        return head != null;
    }

    synchronized @Nullable Located locate(Collection<EventId> events) {
        return head == null ? null : new Located(head, among(places, events));
    }

    synchronized @Nullable Pages pages(Collection<PageId> ids, boolean withBodies) {
        if (head == null) {
            return null;
        }
        Map<PageId, Page> found = new HashMap<>();
        for (PageId id : ids) {
            SidePage side = sides.get(id);
            if (side != null) {
                found.put(id, new Page(side, withBodies ? bodies.getOrDefault(id, NO_BODIES) : NO_BODIES));
            }
        }
        return new Pages(head, found);
    }

    synchronized @Nullable Pages lastPages(Collection<Long> buckets) {
        if (head == null) {
            return null;
        }
        Map<PageId, Page> found = new HashMap<>();
        for (long bucket : buckets) {
            Map.Entry<PageId, SidePage> last = sides.floorEntry(new PageId(bucket, Integer.MAX_VALUE));
            if (last != null && last.getKey().bucket() == bucket) {
                found.put(last.getKey(), new Page(last.getValue(), NO_BODIES));
            }
        }
        return new Pages(head, found);
    }

    synchronized @Nullable Map<Long, byte[]> stateChunks(Collection<Long> chunks) {
        return head == null ? null : among(stateChunks, chunks);
    }

    synchronized RoomAdmission.@Nullable OfServer admission(ServerName server) {
        return head == null
                ? null
                : new RoomAdmission.OfServer(admission.joined().contains(server), admission.acls());
    }

    synchronized @Nullable RoomAdmission admission() {
        return head == null ? null : admission;
    }

    synchronized void admit(RoomAdmission value) {
        admission = value;
    }

    synchronized WriteBasis basis(RoomHead ifAbsent, Collection<EventId> events, Collection<UserId> senders) {
        Set<UserId> redactedAmong = new HashSet<>(senders);
        redactedAmong.retainAll(redactedSenders);
        return new WriteBasis(
                head == null ? ifAbsent : head,
                among(places, events),
                among(gaps, events),
                among(marks, events),
                redactedAmong);
    }

    synchronized Map<PageId, Integer> append(Map<PageId, byte[]> added) {
        Map<PageId, Integer> offsets = new HashMap<>();
        added.forEach((page, bytes) -> {
            SidePage side = sides.get(page);
            if (side != null && side.sealed()) {
                return;
            }
            byte[] before = bodies.getOrDefault(page, NO_BODIES);
            byte[] after = Arrays.copyOf(before, before.length + bytes.length);
            System.arraycopy(bytes, 0, after, before.length, bytes.length);
            bodies.put(page, after);
            offsets.put(page, before.length);
        });
        return offsets;
    }

    synchronized boolean publish(Publication change) {
        if ((head == null ? 0 : head.version()) != change.head().version() - 1) {
            return false;
        }
        head = change.head();
        change.pages().forEach(page -> {
            sides.put(page.id(), page);
            times.put(page.id(), TimeRun.of(page));
        });
        places.putAll(change.places());
        gaps.putAll(change.gaps());
        gaps.keySet().removeAll(change.closedGaps());
        marks.putAll(change.marks());
        marks.values().removeIf(Mark.NONE::equals);
        redactedSenders.addAll(change.redactedSenders());
        change.bodies().forEach(this::replace);
        bodies.putAll(change.sealedBodies());
        stateChunks.putAll(change.stateChunks());
        return true;
    }

    /** Readers may still hold the page as it was: it is not written to. */
    private void replace(BodyChange change) {
        byte[] page = bodies.getOrDefault(change.page(), NO_BODIES).clone();
        System.arraycopy(change.bytes(), 0, page, change.offset(), change.bytes().length);
        bodies.put(change.page(), page);
    }

    synchronized @Nullable Tally tally() {
        return head == null
                ? null
                : new Tally(
                        places.size(),
                        gaps.size(),
                        marks.size() + redactedSenders.size(),
                        times.values().stream().mapToLong(List::size).sum());
    }

    synchronized List<PageId> pagesFrom(PageId first, int atMost) {
        return sides.tailMap(first, true).keySet().stream().limit(atMost).toList();
    }

    synchronized @Nullable PagesByTime pagesByTime(long time, TimeDirection direction, int atLeast) {
        if (head == null) {
            return null;
        }
        List<PagesByTime.Near> over = new ArrayList<>();
        List<PagesByTime.Near> beyond = new ArrayList<>();
        times.forEach((page, runs) -> runs.forEach(run -> {
            long distance = run.distance(time, direction);
            if (distance >= 0) {
                (distance == 0 ? over : beyond).add(new PagesByTime.Near(page, distance));
            }
        }));
        if (over.size() > EventStore.MAX_RUNS_OVER) {
            return new PagesByTime(head, over.subList(0, EventStore.MAX_RUNS_OVER), 0);
        }
        beyond.sort(Comparator.comparingLong(PagesByTime.Near::distance));
        int named = Math.min(atLeast, beyond.size());
        long within = named < beyond.size() ? beyond.get(named - 1).distance() : Long.MAX_VALUE;
        over.addAll(beyond.subList(0, named));
        return new PagesByTime(head, over, within);
    }

    synchronized @Nullable Map<PageId, List<TimeRun>> timeRuns(Collection<PageId> pages) {
        if (head == null) {
            return null;
        }
        Map<PageId, List<TimeRun>> runs = new HashMap<>();
        pages.forEach(page -> runs.put(page, times.getOrDefault(page, List.of())));
        return runs;
    }

    private static <K, V> Map<K, V> among(Map<K, V> all, Collection<K> asked) {
        Map<K, V> found = new HashMap<>();
        for (K id : asked) {
            V value = all.get(id);
            if (value != null) {
                found.put(id, value);
            }
        }
        return found;
    }
}
