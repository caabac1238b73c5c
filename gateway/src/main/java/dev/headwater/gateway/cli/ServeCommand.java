package dev.headwater.gateway.cli;

import dev.headwater.gateway.Config;
import dev.headwater.gateway.ConfigFiles;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.transfer.ImportReport;
import dev.headwater.gateway.transfer.RoomImport;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headwater serve}: the gateway. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        versionProvider = Headwater.Version.class,
        description = {
            "Runs the gateway until it is told to end (Ctrl-C, SIGTERM); responses under way are finished first.",
            "",
            "Prints where it listens once it does. Logs go to standard error."
        },
        footer = {
            "",
            "Examples:",
            "  headwater serve --config headwater.yaml",
            "  HEADWATER_STORE=memory: headwater serve --config headwater.yaml --load room.ndjson",
            "",
            "Exit status: 143 after SIGTERM, 130 after Ctrl-C, 1 it could not start, 2 wrong use."
        })
final class ServeCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Option(
            names = "--load",
            arity = "1..*",
            paramLabel = "ROOM.ndjson",
            description =
                    "Room dumps that are imported first; refused events are reported and left out. The only way to"
                            + " fill the store 'memory:'.")
    private List<Path> dumps = List.of();

    ServeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Config loaded = config.load(surroundings);
        ConfigFiles.check(loaded);
        try (OnExit onExit = new OnExit()) {
            RunningGateway gateway = RunningGateway.connect(loaded, onExit);
            load(loaded, gateway);
            List<String> urls = gateway.listen();
            surroundings
                    .out()
                    .println(loaded.serverName() + " listens on " + String.join(", ", urls) + ", store "
                            + loaded.store());
            RunningGateway.waitForEnd(onExit);
            return 0;
        }
    }

    private void load(Config loaded, RunningGateway gateway) {
        RoomImport rooms = new RoomImport(
                gateway.store(),
                Keys.pinned(loaded),
                SignatureProvider.fastest(),
                false,
                loaded.ingest().sealPages());
        RoomLoader loader = new RoomLoader(surroundings, rooms);
        for (Path dump : dumps) {
            ImportReport report;
            try {
                report = Objects.requireNonNull(loader.load(dump, null).block());
            } catch (RuntimeException e) {
                throw StoreJob.explained(loaded.store(), e);
            }
            loader.print(report);
        }
    }
}
