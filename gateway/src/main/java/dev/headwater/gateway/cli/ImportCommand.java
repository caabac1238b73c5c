package dev.headwater.gateway.cli;

import dev.headwater.gateway.Config;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.transfer.ImportReport;
import dev.headwater.gateway.transfer.RoomImport;
import dev.headwater.gateway.transfer.RoomSettlement;
import dev.headwater.gateway.transfer.StateFile;
import dev.headwater.history.Anchors;
import dev.headwater.history.EventStore;
import dev.headwater.history.Visibility;
import dev.headwater.id.EventId;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.PinnedKeys;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code headwater import}: room dumps into the store. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        versionProvider = Headwater.Version.class,
        description = {
            "Imports room dumps: one event a line, as it stands in a federation answer; any order of lines.",
            "",
            "Every event is checked (form, hashes, ID, signatures with the keys of verify_keys); one that fails is refused"
                    + " with its reason, and the others are taken. Can be repeated, and goes on where it broke off.",
            "At the end the counts of each room stand on standard output."
        },
        footer = {
            "",
            "Examples:",
            "  headwater import --config headwater.yaml room.ndjson",
            "  zcat room.ndjson.gz | headwater import --config headwater.yaml -",
            "",
            "Exit status: 0 all taken or known, 1 an event was refused or the store failed, 2 wrong use."
        })
final class ImportCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Parameters(arity = "1..*", paramLabel = "ROOM.ndjson", description = "Dumps, one room each; - is standard input.")
    private List<Path> files = List.of();

    @Option(
            names = "--room-version",
            paramLabel = "V",
            description = "The room version, 1 to 12, of a dump without the create event of a room not stored yet.")
    private @Nullable RoomVersion roomVersion;

    @Option(
            names = "--trusted",
            description = "Take events whose signing key is not among verify_keys, and count them as unverified.")
    private boolean trusted;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description =
                    "The body of a federation /state answer, taken as the room's current state: who is in it, and its"
                            + " server ACL. Default: derived from the dump.")
    private @Nullable Path state;

    @Option(
            names = "--state-at",
            arity = "2",
            paramLabel = "EVENT FILE",
            hideParamSyntax = true,
            description =
                    "The body of a federation /state answer for EVENT: the state before it. It proves who may see EVENT and"
                            + " what follows, although earlier events are missing. Can be repeated.")
    private List<String> stateAt = List.of();

    ImportCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        requireOneDump("--state", state);
        for (int i = 0; i < stateAt.size(); i += 2) {
            String event = stateAt.get(i);
            requireOneDump("--state-at", event);
            if (EventId.tryParse(event).isEmpty()) {
                throw CommandException.wrongUse("--state-at: '" + event + "' is no event ID; expected EVENT FILE");
            }
        }
        Config loaded = config.load(surroundings);
        PinnedKeys keys = Keys.pinned(loaded);
        Boolean refused = StoreJob.run(
                loaded, "import", store -> run(store, keys, loaded.ingest().sealPages()));
        return Boolean.TRUE.equals(refused) ? Headwater.FAILED : 0;
    }

    private void requireOneDump(String option, @Nullable Object value) {
        if (value != null && files.size() > 1) {
            throw CommandException.wrongUse(option + ": '" + value + "' is of one room; expected one dump beside it");
        }
    }

    /** Whether any event was refused. */
    private Mono<Boolean> run(EventStore store, PinnedKeys keys, boolean sealPages) {
        RoomImport rooms = new RoomImport(store, keys, SignatureProvider.fastest(), trusted, sealPages);
        RoomLoader loader = new RoomLoader(surroundings, rooms);
        return Flux.fromIterable(files)
                .concatMap(file -> one(store, loader, keys, file), 1)
                .doOnNext(loader::print)
                .map(report -> report.refusedInAll() > 0)
                .reduce(false, Boolean::logicalOr)
                // Who sees the command end may count on it that every gateway acts by what it has written.
                .delayElement(EventStore.HONOURED_AFTER);
    }

    private Mono<ImportReport> one(EventStore store, RoomLoader loader, PinnedKeys keys, Path file) {
        if (file.toString().equals("-")) {
            return Mono.using(() -> Spool.of(surroundings.in()), spool -> one(store, loader, keys, spool.file()));
        }
        return loader.load(file, roomVersion)
                .delayUntil(report -> Flux.range(0, stateAt.size() / 2)
                        .concatMap(i -> anchor(store, keys, report, stateAt.get(2 * i), stateAt.get(2 * i + 1)), 1)
                        .then(Mono.defer(
                                () -> stateAt.isEmpty() ? Mono.empty() : new RoomSettlement(store).of(report.room()))))
                .delayUntil(report -> state == null ? Mono.empty() : admit(store, report, stateFile(state, keys)));
    }

    private static Mono<Void> admit(EventStore store, ImportReport report, StateFile state) {
        return state.admission(report.room(), report.roomVersion())
                .flatMap(admission -> store.admit(report.room(), admission));
    }

    private Mono<Void> anchor(EventStore store, PinnedKeys keys, ImportReport report, String event, String file) {
        return stateFile(Path.of(file), keys)
                .told(report.room(), report.roomVersion())
                .flatMap(state -> new Anchors(store).anchor(report.room(), EventId.parse(event), state))
                .onErrorMap(
                        IllegalArgumentException.class,
                        e -> CommandException.failed("--state-at: '" + file + "': " + e.getMessage()))
                .switchIfEmpty(Mono.error(() -> CommandException.failed(
                        "--state-at: '" + event + "' is not stored; expected an event of the dump")))
                .doOnNext(visibility -> {
                    if (visibility == Visibility.UNKNOWN) {
                        surroundings.out().println("  the state before " + event + " proves nothing");
                    }
                })
                .then();
    }

    private StateFile stateFile(Path file, PinnedKeys keys) {
        return new StateFile(file, keys, SignatureProvider.fastest(), trusted);
    }
}
