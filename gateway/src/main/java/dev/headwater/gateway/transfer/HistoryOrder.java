package dev.headwater.gateway.transfer;

import dev.headwater.id.EventId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Puts the events of one room into the order of history, whatever order they come in: by the depth that they claim,
 * raised above that of their parents, then by time, then by ID. About 100 bytes an event.
 *
 * <p>Two uses. A store that meets children before parents has to correct depths afterwards, and bounds that work; so an
 * import goes in this order. And the depths that a store ends up with depend on what came first; so an export goes in
 * this order, which depends on the events alone.
 */
final class HistoryOrder {
    private static final long MAX_DEPTH = (1L << 53) - 1;

    private final Fingerprints fingerprints = new Fingerprints();
    private int size;
    private long[] positions = new long[256];
    private long[] depths = new long[256];
    private long[] times = new long[256];
    private long[] names = new long[256];
    private long[] ids = new long[256];
    private int[] firstEdge = new int[257];
    private int edgeCount;
    private long[] edges = new long[512];

    int size() {
        return size;
    }

    /**
     * Adds an event.
     *
     * @param depth as the event claims
     * @param position what {@link #positions} gives back for it
     */
    void add(EventId id, long depth, long originServerTs, Collection<EventId> prevEvents, long position) {
        if (size == positions.length) {
            positions = Arrays.copyOf(positions, 2 * size);
            depths = Arrays.copyOf(depths, 2 * size);
            times = Arrays.copyOf(times, 2 * size);
            names = Arrays.copyOf(names, 2 * size);
            ids = Arrays.copyOf(ids, 2 * size);
            firstEdge = Arrays.copyOf(firstEdge, 2 * size + 1);
        }
        if (edgeCount + prevEvents.size() > edges.length) {
            edges = Arrays.copyOf(edges, Math.max(2 * edges.length, edgeCount + prevEvents.size()));
        }
        positions[size] = position;
        depths[size] = Math.max(0, Math.min(depth, MAX_DEPTH));
        times[size] = originServerTs;
        byte[] name = id.value().getBytes(StandardCharsets.UTF_8);
        names[size] = Fingerprints.firstEight(name);
        ids[size] = fingerprints.of(name);
        for (EventId prevEvent : prevEvents) {
            edges[edgeCount++] = fingerprints.of(prevEvent);
        }
        size++;
        firstEdge[size] = edgeCount;
    }

    /** The positions of all events, oldest first. The order within a cycle is any. */
    long[] positions() {
        long[] corrected = correctedDepths();
        Comparator<Integer> oldestFirst = Comparator.comparingLong((Integer i) -> corrected[i])
                .thenComparingLong(i -> times[i])
                .thenComparing((one, other) -> Long.compareUnsigned(names[one], names[other]))
                .thenComparingLong(i -> ids[i]);
        return IntStream.range(0, size)
                .boxed()
                .sorted(oldestFirst)
                .mapToLong(i -> positions[i])
                .toArray();
    }

    private long[] correctedDepths() {
        Index index = new Index();
        int[] parents = new int[edgeCount];
        int[] missing = new int[size];
        int[] firstChild = new int[size + 1];
        for (int i = 0; i < size; i++) {
            for (int e = firstEdge[i]; e < firstEdge[i + 1]; e++) {
                parents[e] = index.find(edges[e]);
                if (parents[e] >= 0) {
                    missing[i]++;
                    firstChild[parents[e] + 1]++;
                }
            }
        }
        for (int i = 0; i < size; i++) {
            firstChild[i + 1] += firstChild[i];
        }
        int[] next = Arrays.copyOf(firstChild, size);
        int[] children = new int[firstChild[size]];
        for (int i = 0; i < size; i++) {
            for (int e = firstEdge[i]; e < firstEdge[i + 1]; e++) {
                if (parents[e] >= 0) {
                    children[next[parents[e]]++] = i;
                }
            }
        }
        long[] corrected = Arrays.copyOf(depths, size);
        int[] ready = new int[size];
        int end = 0;
        for (int i = 0; i < size; i++) {
            if (missing[i] == 0) {
                ready[end++] = i;
            }
        }
        for (int begin = 0; begin < end; begin++) {
            int parent = ready[begin];
            for (int c = firstChild[parent]; c < firstChild[parent + 1]; c++) {
                int child = children[c];
                corrected[child] = Math.max(corrected[child], corrected[parent] + 1);
                if (--missing[child] == 0) {
                    ready[end++] = child;
                }
            }
        }
        return corrected;
    }

    /** Two IDs with one fingerprint would cost a better order, nothing else. From fingerprint to event, the first where there are several; open addressing. */
    private final class Index {
        private final int[] slots = new int[Integer.highestOneBit(Math.max(4, size)) * 4];

        Index() {
            Arrays.fill(slots, -1);
            for (int i = 0; i < size; i++) {
                int slot = slot(ids[i]);
                if (slots[slot] < 0) {
                    slots[slot] = i;
                }
            }
        }

        int find(long id) {
            return slots[slot(id)];
        }

        private int slot(long id) {
            int slot = (int) id & (slots.length - 1);
            while (slots[slot] >= 0 && ids[slots[slot]] != id) {
                slot = (slot + 1) & (slots.length - 1);
            }
            return slot;
        }
    }
}
