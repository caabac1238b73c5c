package dev.headwater.recorded;

import dev.headwater.sign.PinnedKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;

/** Rooms that lived on real homeservers, as {@code docs/rooms.md} describes them. Each is read once. */
public final class RecordedRooms {
    /** The room that lies with the gateway's resources instead of the tests'. */
    public static final String DEMO = "demo";

    /** All rooms, in the order of the document's table. */
    public static final List<String> NAMES = List.of(
            DEMO,
            "long",
            "forked",
            "members",
            "restricted",
            "visibility-world_readable",
            "visibility-shared",
            "visibility-invited",
            "visibility-joined",
            "visibility-changes",
            "matrix-world_readable",
            "matrix-shared",
            "matrix-invited",
            "matrix-joined",
            "matrix-absent",
            "matrix-nonsense",
            "redactions-10",
            "redactions-11",
            "acl",
            "upgrade-old",
            "upgrade-new",
            "erased",
            "versions-1",
            "versions-2",
            "versions-3",
            "versions-4",
            "versions-5",
            "versions-6",
            "versions-7",
            "versions-8",
            "versions-9",
            "versions-10",
            "versions-11",
            "versions-12",
            "dendrite");

    private static final String RESOURCES = "/rooms/recorded/";
    private static final Map<String, RecordedRoom> READ = new ConcurrentHashMap<>();

    private RecordedRooms() {}

    public static RecordedRoom read(String name) {
        return READ.computeIfAbsent(name, RecordedRoom::new);
    }

    public static List<RecordedRoom> all() {
        return NAMES.stream().map(RecordedRooms::read).toList();
    }

    /** The keys of the four servers that made all rooms. */
    public static PinnedKeys keys() {
        return PinnedKeys.read(resource("verify_keys.json"));
    }

    /** The room's dump as it lies in the repository. */
    public static byte[] packed(String name) {
        if (name.equals(DEMO)) {
            return bytes(path("gateway/src/main/resources/demo/room.ndjson.gz"));
        }
        return resource(name + "/room.ndjson.gz");
    }

    /** A file or directory of the repository, by its path from the root. */
    static Path path(String path) {
        // Maven tests each module from its own directory, other tools from the root.
        Path here = Path.of(path);
        return Files.exists(here) ? here : Path.of("..").resolve(path);
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] unpacked(byte[] gzip) {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] resource(String path) {
        try (InputStream in = RecordedRooms.class.getResourceAsStream(RESOURCES + path)) {
            return Objects.requireNonNull(in, path).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
