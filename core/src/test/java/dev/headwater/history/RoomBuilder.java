package dev.headwater.history;

import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.UserId;
import dev.headwater.room.RoomVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A room told event by event: {@code room.event("b").after("a")}. Names become IDs by a {@code $} in front. An event that
 * says nothing of its depth claims one more than the highest that its parents claim.
 */
public final class RoomBuilder {
    public static final RoomVersion VERSION = RoomVersion.V10;

    private final RoomId room;
    private final Map<String, Draft> drafts = new LinkedHashMap<>();

    public RoomBuilder(RoomId room) {
        this.room = room;
    }

    public RoomBuilder(String room) {
        this(RoomId.parse(room));
    }

    public RoomId room() {
        return room;
    }

    public static EventId id(String name) {
        return EventId.parse("$" + name);
    }

    /** Begins an event; the next call of this method begins the next one. */
    public Draft event(String name) {
        Draft draft = new Draft(name);
        if (drafts.put(name, draft) != null) {
            throw new IllegalArgumentException("There is an event " + name + " already");
        }
        return draft;
    }

    /** A create event and {@code length} events after it in one line: {@code prefix0}, which is the create event, … */
    public RoomBuilder chain(String prefix, int length) {
        event(prefix + 0).kind(EventKind.CREATE);
        for (int i = 1; i <= length; i++) {
            event(prefix + i).after(prefix + (i - 1));
        }
        return this;
    }

    /** All events in the order in which they were told. */
    public List<NewEvent> events() {
        return drafts.values().stream().map(Draft::build).toList();
    }

    public NewEvent get(String name) {
        Draft draft = drafts.get(name);
        if (draft == null) {
            throw new IllegalArgumentException("There is no event " + name);
        }
        return draft.build();
    }

    /** One event being told. */
    public final class Draft {
        private final String name;
        private final List<String> parents = new ArrayList<>();
        private @Nullable Long depth;
        private long ts;
        private EventKind kind = EventKind.ORDINARY;
        private boolean silent;
        private @Nullable EventId redacts;
        private @Nullable UserId redactsAllOf;
        private UserId sender = UserId.parse("@somebody:a.test");
        private byte @Nullable [] body;

        private Draft(String name) {
            this.name = name;
        }

        public Draft after(String... names) {
            parents.addAll(List.of(names));
            return this;
        }

        public Draft depth(long value) {
            depth = value;
            return this;
        }

        public Draft ts(long value) {
            ts = value;
            return this;
        }

        public Draft kind(EventKind value) {
            kind = value;
            return this;
        }

        public Draft silent() {
            silent = true;
            return this;
        }

        public Draft redacts(String target) {
            redacts = id(target);
            return this;
        }

        public Draft sender(String user) {
            sender = UserId.parse(user);
            return this;
        }

        public Draft redactsAllOf(String user) {
            redactsAllOf = UserId.parse(user);
            return this;
        }

        public Draft body(byte[] value) {
            body = value.clone();
            return this;
        }

        public Draft body(String value) {
            return body(value.getBytes(StandardCharsets.UTF_8));
        }

        private long claimed() {
            if (depth != null) {
                return depth;
            }
            // Told in order, so that a parent's claim is set before its child asks for it.
            long highest = 0;
            for (String parent : parents) {
                Draft draft = drafts.get(parent);
                if (draft != null) {
                    highest = Math.max(highest, draft.claimed());
                }
            }
            depth = highest + 1;
            return depth;
        }

        private NewEvent build() {
            byte[] bytes = body != null ? body : ("{\"name\":\"" + name + "\"}").getBytes(StandardCharsets.UTF_8);
            return new NewEvent(
                    id(name),
                    sender,
                    claimed(),
                    ts,
                    kind,
                    silent,
                    redacts,
                    redactsAllOf,
                    parents.stream().map(RoomBuilder::id).toList(),
                    bytes);
        }
    }
}
