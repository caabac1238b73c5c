package dev.headwater.gateway.transfer;

import dev.headwater.history.PageId;
import dev.headwater.history.Place;
import dev.headwater.history.Side;
import dev.headwater.history.SidePage;
import dev.headwater.history.StateCheck;
import dev.headwater.id.EventId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What children need to know of their parents, for a whole room, packed. */
final class SideFacts {
    private final Fingerprints fingerprints = new Fingerprints();
    private final Map<PageId, Facts> pages = new HashMap<>();
    private long[] depths = new long[256];
    private final Map<StateCheck.Parent, StateCheck.Parent> states = new HashMap<>();
    private int events;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Facts(long[] depths, long[] ids, StateCheck.Parent[] states) {}

    void add(SidePage page) {
        int size = page.sides().size();
        Facts facts = new Facts(new long[size], new long[size], new StateCheck.Parent[size]);
        for (int slot = 0; slot < size; slot++) {
            Side side = page.sides().get(slot);
            facts.depths()[slot] = side.correctedDepth();
            facts.ids()[slot] = fingerprints.of(side.id());
            facts.states()[slot] = states.computeIfAbsent(
                    new StateCheck.Parent(side.state().after(), side.visibility()), same -> same);
            if (events == depths.length) {
                depths = Arrays.copyOf(depths, 2 * events);
            }
            depths[events++] = side.correctedDepth();
        }
        pages.put(page.id(), facts);
        // Events of one page share what they share; of others it would cost more than it saves.
        states.clear();
    }

    int events() {
        return events;
    }

    int pages() {
        return pages.size();
    }

    boolean holds(Place place) {
        Facts facts = pages.get(place.page());
        return facts != null && place.slot() < facts.depths().length;
    }

    boolean isAt(Place place, EventId id) {
        return at(place).ids()[place.slot()] == fingerprints.of(id);
    }

    long depth(Place place) {
        return at(place).depths()[place.slot()];
    }

    StateCheck.@Nullable Parent state(Place place) {
        return holds(place) ? at(place).states()[place.slot()] : null;
    }

    /** How many depths several events share. */
    long ties() {
        long[] sorted = Arrays.copyOf(depths, events);
        Arrays.sort(sorted);
        long ties = 0;
        for (int i = 1; i < events; i++) {
            boolean second = sorted[i] == sorted[i - 1] && (i == 1 || sorted[i] != sorted[i - 2]);
            ties += second ? 1 : 0;
        }
        return ties;
    }

    private Facts at(Place place) {
        Facts facts = pages.get(place.page());
        if (facts == null) {
            throw new IllegalArgumentException("no page " + place.page());
        }
        return facts;
    }
}
