package dev.headwater.gateway.cli;

import dev.headwater.event.Pdu;
import dev.headwater.event.PduReader;
import dev.headwater.room.RoomVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** The deepest event of a dump of room version 12. */
final class NewestOfDump {
    private NewestOfDump() {}

    static String id(Path dump) {
        try {
            return Files.readAllLines(dump).stream()
                    .map(line -> PduReader.fromUntrusted(RoomVersion.V12, line.getBytes(StandardCharsets.UTF_8)))
                    .max(Comparator.comparingLong(Pdu::depth))
                    .orElseThrow()
                    .id()
                    .value();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
