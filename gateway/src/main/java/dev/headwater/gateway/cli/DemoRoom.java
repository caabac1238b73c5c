package dev.headwater.gateway.cli;

import dev.headwater.id.ServerName;
import dev.headwater.json.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The shipped room, recorded from real homeservers that existed for this only, and the keys of those servers. */
final class DemoRoom {
    private DemoRoom() {}

    /** The public keys, as JSON. */
    static byte[] verifyKeys() {
        return read("verify_keys.json");
    }

    /** The servers in the room. */
    static List<ServerName> servers() {
        return StrictJson.object(verifyKeys())
                .propertyStream()
                .map(server -> ServerName.parse(server.getKey()))
                .sorted()
                .toList();
    }

    /** The line of the server's {@code signing.key}. */
    static String signingKey(ServerName server) {
        return new String(read(server.host() + ".signing.key"), StandardCharsets.UTF_8);
    }

    /** Writes the dump to a new file in the directory. */
    static Path dump(Path directory) {
        Path file = directory.resolve("room.ndjson");
        try (InputStream in = new GZIPInputStream(resource("room.ndjson.gz"))) {
            Files.copy(in, file);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(String name) {
        try (InputStream in = resource(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream resource(String name) {
        InputStream in = DemoRoom.class.getResourceAsStream("/demo/" + name);
        if (in == null) {
            throw new IllegalStateException("the program was packaged without its resource demo/" + name);
        }
        return in;
    }
}
