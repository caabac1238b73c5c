package dev.headwater.gateway.cli;

import dev.headwater.gateway.transfer.RoomVerify;
import dev.headwater.gateway.transfer.VerifyReport;
import dev.headwater.history.EventStore;
import dev.headwater.history.RoomHead;
import dev.headwater.id.RoomId;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code headwater verify}: what is stored against what the events themselves give. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        versionProvider = Headwater.Version.class,
        description = {
            "Checks stored rooms: derives IDs and hashes, index, times, edges, gaps, depths, states, visibility, marks,"
                    + " redactions and who is in them again and compares.",
            "",
            "Also tells what is no fault: gaps (parents that are not stored), ties (depths that several events share),"
                    + " severed edges (they would close a cycle)."
        },
        footer = {
            "",
            "Example:",
            "  headwater verify --config headwater.yaml --room '!abc:hs.example'",
            "",
            "Exit status: 0 no difference, 1 differences or the store failed, 2 wrong use."
        })
final class VerifyCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private final ConfigOption config = new ConfigOption();

    @Option(names = "--room", paramLabel = "ID", description = "The room. Default: all rooms.")
    private @Nullable RoomId room;

    VerifyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Long differences = StoreJob.run(config.load(surroundings), "verify", this::run);
        if (differences == null) {
            throw CommandException.failed(
                    room == null
                            ? "no room is stored; expected at least one that was imported"
                            : "--room: '" + room + "' is not stored; expected the ID of an imported room");
        }
        return differences > 0 ? Headwater.FAILED : 0;
    }

    private Mono<Long> run(EventStore store) {
        Flux<RoomId> rooms =
                room == null ? store.rooms().collectSortedList().flatMapIterable(all -> all) : Flux.just(room);
        return rooms.concatMap(id -> verify(store, id), 1).reduce(Long::sum);
    }

    private Mono<Long> verify(EventStore store, RoomId id) {
        return store.plan(id, List.of())
                .map(pages -> pages.head().events())
                .flatMap(events -> Mono.using(
                        () -> Progress.of(surroundings, "verify", "events", events),
                        progress -> new RoomVerify(store, id).run(progress::at),
                        Progress::close))
                .doOnNext(this::print)
                .map(VerifyReport::differences);
    }

    private void print(VerifyReport report) {
        RoomHead head = report.head();
        PrintWriter out = surroundings.out();
        out.println(head.room() + " (version " + head.roomVersion().identifier() + "): " + head.events() + " events, "
                + report.pages() + " pages, open " + report.open() + ", states " + report.known() + ", redacted "
                + report.redacted() + ", redacted for good " + report.redactedForGood() + ", gaps "
                + report.gaps() + ", ties " + report.ties() + ", severed " + report.severed() + ", servers "
                + report.servers() + ", differences "
                + report.differences());
        report.examples().forEach(line -> out.println("  " + line));
        switch (report.admission()) {
            case PROVEN -> {}
            case TOLD ->
                out.println("  who is in the room was told with --state, and not compared with what its events prove");
            case NOT_PROVABLE ->
                out.println(
                        "  who is in the room was not compared: an import was not finished, or the above is in the way");
        }
        out.flush();
    }
}
