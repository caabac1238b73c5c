package dev.headwater.gateway.cli;

import dev.headwater.gateway.transfer.ImportReport;
import dev.headwater.gateway.transfer.RoomImport;
import dev.headwater.room.RoomVersion;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Imports files one after another, showing how far it is and, at the end of each, the counts. */
final class RoomLoader {
    private final Surroundings surroundings;
    private final RoomImport rooms;

    RoomLoader(Surroundings surroundings, RoomImport rooms) {
        this.surroundings = surroundings;
        this.rooms = rooms;
    }

    /** Imports one file. */
    Mono<ImportReport> load(Path file, @Nullable RoomVersion assumed) {
        return Mono.using(
                () -> new Shown(surroundings, String.valueOf(file.getFileName())),
                shown -> rooms.run(file, assumed, shown),
                Shown::close);
    }

    /** Writes the counts. */
    void print(ImportReport report) {
        surroundings
                .out()
                .println(report.room() + " (version " + report.roomVersion().identifier() + "): taken "
                        + report.taken() + ", known " + report.known() + ", unverified " + report.unverified()
                        + ", redacted "
                        + report.redacted() + ", refused " + report.refusedInAll());
        report.refused()
                .forEach((reason, refused) -> surroundings
                        .out()
                        .println("  refused for " + reason + ": " + refused.count() + ", the first: "
                                + refused.example()));
        surroundings.out().flush();
    }

    /** The two passes of an import, one after the other. */
    private static final class Shown implements RoomImport.Watcher {
        private final Surroundings surroundings;
        private final String name;
        private @Nullable Progress reading;
        private @Nullable Progress writing;

        Shown(Surroundings surroundings, String name) {
            this.surroundings = surroundings;
            this.name = name;
        }

        @Override
        public void reading(long bytes, long of) {
            if (reading == null) {
                reading = Progress.of(surroundings, name + ", reading", "bytes", of);
            }
            reading.at(bytes);
        }

        @Override
        public void writing(long events, long of) {
            if (reading != null) {
                reading.close();
                reading = null;
            }
            if (writing == null) {
                writing = Progress.of(surroundings, name + ", writing", "events", of);
            }
            writing.at(events);
        }

        void close() {
            if (reading != null) {
                reading.close();
            }
            if (writing != null) {
                writing.close();
            }
        }
    }
}
