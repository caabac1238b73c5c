package dev.headwater.history;

import static dev.headwater.history.Awaited.present;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.history.PlainStates.Held;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The stored states of a room as maps, for comparing. */
final class StatesOfRoom {
    private static final int SERVERS = 6;

    private final RoomId room;
    private final StateNodes nodes;
    private final Map<Place, EventId> ids = new HashMap<>();
    private final Map<StateKey, String> pairs = new HashMap<>();

    /** @param events all whose pairs may be in a state */
    StatesOfRoom(EventStore store, RoomId room, StoredRoom stored, List<NewEvent> events) {
        this.room = room;
        nodes = new StateNodes(store, 1 << 20);
        stored.events().forEach(event -> ids.put(stored.place(event), event));
        for (NewEvent event : events) {
            String pair = PlainStates.pair(event);
            if (pair != null) {
                int blank = pair.indexOf(' ');
                pairs.put(StateKey.of(pair.substring(0, blank), pair.substring(blank + 1)), pair);
            }
        }
    }

    @Nullable
    Map<String, Held> at(StateRoot root) {
        Subtree state = StateTrie.at(root);
        if (state == null) {
            return null;
        }
        Map<String, Held> held = new HashMap<>();
        StateKey last = null;
        for (StateEntry entry : entries(state)) {
            assertThat(last == null || last.compareTo(entry.key()) < 0).isTrue();
            last = entry.key();
            EventId event = entry.isConflicted() ? null : ids.get(entry.place());
            held.put(present(pairs.get(entry.key())), new Held(event, values(entry.facts())));
        }
        return held;
    }

    /** What a state says of a server at once is what it says of its users one by one. */
    void assertGroups(StateRoot root) {
        Subtree state = present(StateTrie.at(root));
        for (int server = 0; server < SERVERS; server++) {
            StateKey group = StateKey.groupOf(ServerName.parse("s" + server + ".test"));
            int facts = 0;
            for (StateEntry entry : entries(state)) {
                facts |= entry.key().isInGroupOf(group) ? entry.facts() : 0;
            }
            assertThat(nodes.with(room, session -> session.trie().factsOfGroup(state, group))
                            .block())
                    .isEqualTo(facts);
        }
    }

    private List<StateEntry> entries(Subtree state) {
        return present(nodes.with(room, session -> session.trie().all(state)).block());
    }

    private static Set<String> values(int facts) {
        Set<String> values = new TreeSet<>();
        Map.of(
                        StateFacts.JOIN, "join",
                        StateFacts.INVITE, "invite",
                        StateFacts.SHOWS_ALL, "shared",
                        StateFacts.SHOWS_INVITED, "invited",
                        StateFacts.SHOWS_JOINED, "joined",
                        StateFacts.SHOWS_ODDLY, "odd")
                .forEach((bit, value) -> {
                    if ((facts & bit) != 0) {
                        values.add(value);
                    }
                });
        return values;
    }
}
