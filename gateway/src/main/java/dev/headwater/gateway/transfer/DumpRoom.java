package dev.headwater.gateway.transfer;

import dev.headwater.event.BadEventException;
import dev.headwater.event.PduReader;
import dev.headwater.history.EventStore;
import dev.headwater.id.InvalidIdException;
import dev.headwater.id.RoomId;
import dev.headwater.json.BadJsonException;
import dev.headwater.json.StrictJson;
import dev.headwater.room.RoomVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Which room a dump is of, and by which rules its events are read. */
record DumpRoom(RoomId id, RoomVersion version) {
    private static final byte[] CREATE = "m.room.create".getBytes(StandardCharsets.US_ASCII);

    /**
     * The version as the create event in the file has it, else the assumed one, else that under which the room is stored.
     * Fails with {@link TransferException} if none of them tells.
     */
    static Mono<DumpRoom> of(Path file, @Nullable RoomVersion assumed, EventStore store) {
        return Mono.fromCallable(() -> find(file))
                .subscribeOn(Schedulers.boundedElastic())
                .onErrorMap(IOException.class, e -> DumpBatches.unreadable(file, e))
                .flatMap(found -> {
                    RoomVersion version = found.version() == null ? assumed : found.version();
                    RoomId room = found.room();
                    if (room == null) {
                        return Mono.error(new TransferException("'" + file + "' holds no event; expected one a line"));
                    }
                    return version != null
                            ? Mono.just(new DumpRoom(room, version))
                            : store.plan(room, List.of())
                                    .map(stored ->
                                            new DumpRoom(room, stored.head().roomVersion()))
                                    .switchIfEmpty(Mono.error(() -> new TransferException(
                                            "'" + file + "' holds no create event; expected one, or --room-version")));
                });
    }

    private record Found(@Nullable RoomId room, @Nullable RoomVersion version) {}

    private static Found find(Path file) throws IOException {
        RoomId named = null;
        try (DumpLines lines = new DumpLines(file)) {
            for (DumpLines.Line line = lines.read(); line != null; line = lines.read()) {
                byte[] bytes = line.bytes();
                // Parsing is worth its time only where it can tell something.
                if (bytes == null || named != null && !contains(bytes)) {
                    continue;
                }
                ObjectNode event;
                try {
                    event = StrictJson.object(bytes, StrictJson.Numbers.LENIENT);
                } catch (BadJsonException e) {
                    continue;
                }
                Optional<DumpRoom> created = created(event, bytes);
                if (created.isPresent()) {
                    return new Found(created.get().id(), created.get().version());
                }
                named = named == null ? roomOf(event) : named;
            }
        }
        return new Found(named, null);
    }

    private static boolean contains(byte[] line) {
        for (int i = 0; i <= line.length - CREATE.length; i++) {
            if (Arrays.equals(line, i, i + CREATE.length, CREATE, 0, CREATE.length)) {
                return true;
            }
        }
        return false;
    }

    private static Optional<DumpRoom> created(ObjectNode event, byte[] bytes) {
        if (!event.path("type").asString("").equals("m.room.create")
                || !event.path("state_key").isString()
                || !event.path("state_key").stringValue().isEmpty()) {
            return Optional.empty();
        }
        JsonNode name = event.path("content").path("room_version");
        String identifier = name.isString() ? name.stringValue() : name.isMissingNode() ? "1" : name.toString();
        RoomVersion version = RoomVersion.of(identifier)
                .orElseThrow(() -> new TransferException(
                        "room version '" + identifier + "' in the create event is not known; expected 1 to 12"));
        try {
            return Optional.of(
                    new DumpRoom(PduReader.fromUntrusted(version, bytes).room(), version));
        } catch (BadEventException e) {
            // It will be refused with its reason; another line may be the room's.
            return Optional.empty();
        }
    }

    private static @Nullable RoomId roomOf(ObjectNode event) {
        try {
            return RoomId.parse(event.path("room_id").asString(""));
        } catch (InvalidIdException e) {
            return null;
        }
    }
}
