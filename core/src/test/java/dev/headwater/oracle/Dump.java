package dev.headwater.oracle;

import dev.headwater.history.Anchors;
import dev.headwater.history.EventStore;
import dev.headwater.history.NewEvent;
import dev.headwater.history.RedactionSweep;
import dev.headwater.history.RoomWriter;
import dev.headwater.history.ToldEvent;
import dev.headwater.history.VisibilitySweep;
import dev.headwater.id.EventId;
import dev.headwater.oracle.EventWriter.Written;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A random room on its way into a store: what of it, in which order, and where its homeserver tells the state. */
final class Dump {
    /** In what condition a room comes. */
    enum Kind {
        WHOLE,
        WITH_GAPS,
        BEGINNING_LAST
    }

    private final RandomRoom room;
    private final EventStore store;
    private final Random random;
    private final Kind kind;
    private final List<List<Written>> parts = new ArrayList<>();
    private final Set<String> held = new HashSet<>();

    Dump(RandomRoom room, EventStore store) {
        this.room = room;
        this.store = store;
        random = new Random(~room.seed());
        kind = Kind.values()[random.nextInt(3)];
        List<Written> events = room.events();
        switch (kind) {
            case WHOLE -> parts.add(events);
            case WITH_GAPS ->
                parts.add(
                        events.stream().filter(event -> random.nextInt(14) != 0).toList());
            case BEGINNING_LAST -> {
                int first = random.nextInt(events.size());
                parts.add(events.subList(first, events.size()));
                parts.add(events.subList(0, first));
            }
        }
    }

    /** Whether the operator tells the state now, too. */
    boolean tellsCurrentState() {
        return kind != Kind.WHOLE && room.seed() % 2 == 0;
    }

    Kind kind() {
        return kind;
    }

    boolean hasMore() {
        return !parts.isEmpty();
    }

    /** The IDs of what is stored. */
    Set<String> held() {
        return held;
    }

    /** Stores the next part, and derives what can be derived. */
    void next() {
        List<Written> part = new ArrayList<>(parts.remove(0));
        part.forEach(written -> held.add(written.event().id()));
        switch (random.nextInt(3)) {
            case 0 -> Collections.shuffle(part, random);
            case 1 -> Collections.reverse(part);
            default -> {}
        }
        RoomWriter writer = new RoomWriter(store);
        for (int from = 0; from < part.size(); ) {
            int to = Math.min(part.size(), from + 1 + random.nextInt(part.size()));
            List<NewEvent> batch =
                    part.subList(from, to).stream().map(Written::stored).toList();
            if (Objects.requireNonNull(writer.write(room.id(), room.version(), batch)
                                    .block())
                            .taken()
                    != batch.size()) {
                throw new AssertionError("not all were taken");
            }
            from = to;
        }
        new VisibilitySweep(store).sweep(room.id()).block();
        if (kind != Kind.WHOLE || random.nextInt(4) == 0) {
            anchor(part);
        }
        new RedactionSweep(store).sweep(room.id()).block();
    }

    private void anchor(List<Written> part) {
        boolean anchored = false;
        for (Written written : part) {
            boolean gap = !held.containsAll(written.event().prevEvents());
            if (gap ? random.nextBoolean() : random.nextInt(40) == 0) {
                List<ToldEvent> state = room.homeserver().before(written.event().id()).events().values().stream()
                        .map(Dump::told)
                        .toList();
                new Anchors(store)
                        .anchor(room.id(), EventId.parse(written.event().id()), state)
                        .block();
                anchored = true;
            }
        }
        if (anchored) {
            new VisibilitySweep(store).sweep(room.id()).block();
        }
    }

    private static ToldEvent told(RoomEvent event) {
        StatePair pair = event.pair();
        JsonNode value =
                event.content().path(pair.type().equals("m.room.member") ? "membership" : "history_visibility");
        return new ToldEvent(EventId.parse(event.id()), pair.type(), pair.stateKey(), value.stringValue(""));
    }

    /** What is stored and all that comes before it, oldest first; the rejected among them. */
    List<String> past() {
        return room.homeserver().inOrder(room.homeserver().past(held));
    }
}
