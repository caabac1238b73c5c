package dev.headwater.gateway.transfer;

import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.history.BackfillWalk;
import dev.headwater.history.EventStore;
import dev.headwater.history.Sight;
import dev.headwater.history.WalkedEvent;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.PinnedKeys;
import dev.headwater.sign.VerifyKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The shipped room as test data, and imports and exports that wait. */
final class Dumps {
    static final RoomId ROOM = roomId();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    static final RoomImport.Watcher NOBODY = new RoomImport.Watcher() {
        @Override
        public void reading(long bytes, long of) {}

        @Override
        public void writing(long events, long of) {}
    };

    private Dumps() {}

    private static RoomId roomId() {
        Matcher named = Pattern.compile("\"room_id\":\"([^\"]*)\"").matcher(String.join("", lines()));
        if (!named.find()) {
            throw new AssertionError("expected room IDs in the shipped room");
        }
        return RoomId.parse(named.group(1));
    }

    static List<String> lines() {
        try (InputStream in = new GZIPInputStream(resource("room.ndjson.gz"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static PinnedKeys keys() {
        try (InputStream in = resource("verify_keys.json")) {
            return PinnedKeys.read(in.readAllBytes());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(Dumps.class.getResourceAsStream("/demo/" + name));
    }

    static Path file(Path directory, List<String> lines) {
        try {
            Path file = Files.createTempFile(directory, "room", ".ndjson");
            return Files.write(file, lines);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** As bytes, so that a line may be no text. */
    static Path fileOf(Path directory, List<byte[]> lines) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] line : lines) {
            all.writeBytes(line);
            all.write('\n');
        }
        try {
            return Files.write(Files.createTempFile(directory, "room", ".ndjson"), all.toByteArray());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static ImportReport load(EventStore store, Path file) {
        return load(store, file, keys(), null, false);
    }

    static ImportReport load(
            EventStore store, Path file, VerifyKeys keys, @Nullable RoomVersion assumed, boolean trusted) {
        return Objects.requireNonNull(new RoomImport(store, keys, SignatureProvider.fastest(), trusted, true)
                .run(file, assumed, NOBODY)
                .block(PATIENCE));
    }

    static List<String> export(EventStore store, RoomId room) {
        return Objects.requireNonNull(new RoomExport(store, room)
                .events()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .collectList()
                .block(PATIENCE));
    }

    static List<EventId> walk(EventStore store, RoomId room, EventId... from) {
        return Objects.requireNonNull(new BackfillWalk(store)
                .walk(room, List.of(from), 10_000, side -> Sight.SHOWN)
                .map(WalkedEvent::id)
                .collectList()
                .block(PATIENCE));
    }

    static VerifyReport verify(EventStore store, RoomId room) {
        return Objects.requireNonNull(
                new RoomVerify(store, room).run(events -> {}).block(PATIENCE));
    }
}
