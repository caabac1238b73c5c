package dev.headwater.recorded;

import dev.headwater.event.EventGate;
import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.event.Verified;
import dev.headwater.history.EventStore;
import dev.headwater.history.NewEvent;
import dev.headwater.history.RoomWriter;
import dev.headwater.history.WriteResult;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.json.StrictJson;
import dev.headwater.json.StrictJson.Numbers;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.PduSignatures;
import dev.headwater.sign.PinnedKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** One recorded room, oldest event first, with what its servers answered about it. */
public final class RecordedRoom {
    private final String name;
    private final RoomVersion version;
    private final List<String> lines;
    private final Map<EventId, Pdu> events;
    private final PinnedKeys keys = RecordedRooms.keys();
    private final Map<EventId, Verified> verified = new ConcurrentHashMap<>();

    RecordedRoom(String name) {
        this.name = name;
        this.lines = text(RecordedRooms.unpacked(RecordedRooms.packed(name)));
        this.version = RoomVersion.of(StrictJson.object(bytes(lines.get(0)), Numbers.LENIENT)
                        .path("content")
                        .path("room_version")
                        .stringValue("1"))
                .orElseThrow();
        Map<EventId, Pdu> read = new LinkedHashMap<>();
        for (String line : lines) {
            Pdu pdu = PduReader.fromUntrusted(version, bytes(line));
            if (read.put(pdu.id(), pdu) != null) {
                throw new IllegalStateException(name + " has the event " + pdu.id() + " twice");
            }
        }
        this.events = Collections.unmodifiableMap(read);
    }

    public String name() {
        return name;
    }

    public RoomVersion version() {
        return version;
    }

    public RoomId id() {
        return events.values().iterator().next().room();
    }

    /** The dump's lines. */
    public List<String> lines() {
        return lines;
    }

    /** All events, oldest first. */
    public Map<EventId, Pdu> events() {
        return events;
    }

    public Pdu event(EventId id) {
        return Objects.requireNonNull(events.get(id), () -> name + " has no event " + id);
    }

    /** What checking the event came to; checked once. */
    Verified verified(EventId id) {
        return verified.computeIfAbsent(id, named -> PduSignatures.check(event(named), keys, Ed25519.jdk()));
    }

    /** The events as the store takes them, oldest first. */
    public List<NewEvent> admitted() {
        return events.values().stream().map(this::admitted).toList();
    }

    private NewEvent admitted(Pdu pdu) {
        if (verified(pdu.id()) instanceof Verified.Accepted accepted) {
            return EventGate.admit(pdu, accepted);
        }
        throw new IllegalStateException(name + ", " + pdu.id() + ": " + verified(pdu.id()));
    }

    /** Writes some of the events in the order given; throws unless all are taken. */
    public void write(EventStore store, Collection<EventId> some) {
        List<NewEvent> batch = some.stream().map(id -> admitted(event(id))).toList();
        WriteResult result = Objects.requireNonNull(
                new RoomWriter(store).write(id(), version, batch).block());
        if (result.taken() != batch.size()) {
            throw new IllegalStateException(name + " was not taken as a whole: " + result);
        }
    }

    /** The events that none of {@code among} names as its parent. */
    public Set<EventId> extremities(Collection<EventId> among) {
        Set<EventId> ends = new LinkedHashSet<>(among);
        among.forEach(id -> event(id).prevEvents().forEach(ends::remove));
        return ends;
    }

    /** What the edges lead to from {@code starts}, these included. */
    public Set<EventId> reachable(Collection<EventId> starts) {
        Deque<EventId> open = new ArrayDeque<>(starts);
        Set<EventId> reached = new HashSet<>();
        while (!open.isEmpty()) {
            EventId id = open.remove();
            if (events.containsKey(id) && reached.add(id)) {
                open.addAll(event(id).prevEvents());
            }
        }
        return reached;
    }

    /** The entries of {@code KIND.ndjson} among the answers; none if there is no such file. */
    List<ObjectNode> answers(String kind) {
        Path file = expected().resolve(kind + ".ndjson");
        return Files.exists(file)
                ? text(RecordedRooms.bytes(file)).stream()
                        .map(line -> StrictJson.object(bytes(line)))
                        .toList()
                : List.of();
    }

    /** What was answered about every single event, in the order in which it was asked. */
    List<Moment> moments() {
        if (!Files.exists(expected())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(expected())) {
            return files.filter(file -> file.getFileName().toString().startsWith("visibility-"))
                    .sorted()
                    .map(Moment::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path expected() {
        return RecordedRooms.path("core/src/test/resources/rooms/recorded/" + name + "/expected");
    }

    private static List<String> text(byte[] lines) {
        return new ArrayList<>(new String(lines, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList());
    }

    private static byte[] bytes(String line) {
        return line.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return name;
    }
}
