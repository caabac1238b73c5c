package dev.headwater.gateway.cli;

import dev.headwater.gateway.transfer.RoomExport;
import dev.headwater.history.EventStore;
import dev.headwater.id.RoomId;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** {@code headwater export}: a stored room as a dump. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        versionProvider = Headwater.Version.class,
        description = {
            "Writes a stored room to standard output: one event a line, oldest first, with its bytes as stored.",
            "",
            "The order depends on the events alone: stores that hold the same events give the same bytes."
        },
        footer = {
            "",
            "Example:",
            "  headwater export --config headwater.yaml --room '!abc:hs.example' > room.ndjson",
            "",
            "Exit status: 0 written, 1 the room is not stored or the store failed, 2 wrong use."
        })
final class ExportCommand implements Callable<Integer> {
    private static final int AT_ONCE = 256;

    private final Surroundings surroundings;

    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Option(names = "--room", required = true, paramLabel = "ID", description = "The room.")
    @SuppressWarnings("NullAway.Init") // picocli refuses the command without it
    private RoomId room;

    ExportCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Long events = StoreJob.run(config.load(surroundings), "export", this::run);
        if (events == null) {
            throw CommandException.failed("--room: '" + room + "' is not stored; expected the ID of an imported room");
        }
        return 0;
    }

    private Mono<Long> run(EventStore store) {
        RoomExport export = new RoomExport(store, room);
        return export.count()
                .flatMap(count -> Mono.using(
                        () -> Progress.of(surroundings, "export", "events", count),
                        progress -> write(export, progress).thenReturn(count),
                        Progress::close));
    }

    private Mono<Void> write(RoomExport export, Progress progress) {
        OutputStream out = new BufferedOutputStream(surroundings.data(), 1 << 16);
        long[] written = {0};
        return export.events()
                // A slow reader of our output holds up this thread, and with it the reading of the store.
                .publishOn(Schedulers.boundedElastic(), AT_ONCE)
                .doOnNext(event -> {
                    line(out, event);
                    progress.at(++written[0]);
                })
                .then(Mono.fromRunnable(() -> flush(out)));
    }

    private static void line(OutputStream out, byte[] event) {
        try {
            out.write(event);
            out.write('\n');
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static void flush(OutputStream out) {
        try {
            out.flush();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static CommandException broken(IOException e) {
        return CommandException.failed("standard output was closed before the end: " + e.getMessage());
    }
}
