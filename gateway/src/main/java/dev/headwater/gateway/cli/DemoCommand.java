package dev.headwater.gateway.cli;

import dev.headwater.event.Pdu;
import dev.headwater.gateway.Config;
import dev.headwater.gateway.ConfigFile;
import dev.headwater.gateway.StoreUri;
import dev.headwater.gateway.auth.RequestSigner;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.discovery.Bounds;
import dev.headwater.gateway.discovery.OutgoingOptions;
import dev.headwater.gateway.transfer.BackfillClient;
import dev.headwater.gateway.transfer.BackfillRequest;
import dev.headwater.gateway.transfer.FetchedEvents;
import dev.headwater.gateway.transfer.ImportReport;
import dev.headwater.gateway.transfer.NewestEvent;
import dev.headwater.gateway.transfer.RoomImport;
import dev.headwater.gateway.transfer.TransferException;
import dev.headwater.id.EventId;
import dev.headwater.id.ServerName;
import dev.headwater.json.StrictJson;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code headwater demo}: everything at once, on a room that is shipped. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Headwater.Version.class,
        description = {
            "Shows Headwater at work, with nothing to set up: starts a Redis of its own, loads a room that was recorded from"
                    + " real homeservers, starts the gateway on 127.0.0.1, asks it for history as one of the room's"
                    + " servers would, and draws the answer. Then it stays up to be asked again."
        },
        footer = {
            "",
            "Examples:",
            "  headwater demo",
            "  headwater demo --once --store memory:",
            "",
            "Exit status: 0 shown (with --once), 1 something could not be started, 2 wrong use, 130 after Ctrl-C."
        })
final class DemoCommand implements Callable<Integer> {
    private static final int LIMIT = 150;
    private static final int MAX_ANSWER = 64 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Surroundings surroundings;
    private final PrintWriter out;

    @Option(names = "--once", description = "End after the first answer.")
    private boolean once;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8448",
            description = "The port on 127.0.0.1; 0 picks a free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--store",
            paramLabel = "URI",
            description =
                    "Where the room is loaded: memory:, or a Redis that runs already. Default: a temporary Redis, the"
                            + " redis-server on the PATH or else the one that is carried along.")
    private @Nullable StoreUri store;

    DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.out = surroundings.out();
    }

    /** What is asked, by whom, and where. */
    private record Question(String url, BackfillRequest request, ServerName origin, Path key, Path verifyKeys) {}

    @Override
    public Integer call() throws IOException {
        if (port < 0 || port > 65_535) {
            throw CommandException.wrongUse("--port: '" + port + "' is refused: expected a port from 0 to 65535");
        }
        // What the demo shows stands on standard output; a log beside it would only confuse.
        System.setProperty("headwater.log", "WARN");
        try (OnExit onExit = new OnExit()) {
            Path directory = TemporaryDirectory.create(onExit);
            Config config = config(directory, storeUri(directory, onExit));
            RunningGateway gateway = RunningGateway.connect(config, onExit);
            Question question = ask(directory, config, gateway, load(directory, config, gateway));
            answer(question);
            if (once) {
                out.println("Without --once the gateway stays up, to be asked again.");
            } else {
                repeat(question);
                RunningGateway.waitForEnd(onExit);
            }
            return 0;
        }
    }

    private String storeUri(Path directory, OnExit onExit) {
        if (store != null) {
            out.println("Store    " + store);
            return store.value();
        }
        DemoRedis redis = DemoRedis.start(directory, onExit);
        out.println("Store    " + redis.uri() + ", a temporary Redis (" + redis.program() + ")");
        return redis.uri();
    }

    private Config config(Path directory, String storeUri) throws IOException {
        List<ServerName> servers = DemoRoom.servers();
        for (ServerName server : servers) {
            Files.writeString(directory.resolve(server.host() + ".signing.key"), DemoRoom.signingKey(server));
        }
        Files.write(directory.resolve("verify_keys.json"), DemoRoom.verifyKeys());
        Map<String, String> settings = Map.of(
                "HEADWATER_SERVER_NAME",
                servers.get(0).value(),
                "HEADWATER_LISTENERS",
                "[{port: " + port + "}]",
                "HEADWATER_STORE",
                storeUri,
                "HEADWATER_SIGNING_KEY_PATH",
                servers.get(0).host() + ".signing.key",
                // JSON is YAML too.
                "HEADWATER_VERIFY_KEYS",
                StrictJson.object(DemoRoom.verifyKeys()).toString());
        return ConfigFile.parse("", settings, directory);
    }

    private ImportReport load(Path directory, Config config, RunningGateway gateway) {
        long start = System.nanoTime();
        RoomImport rooms = new RoomImport(
                gateway.store(),
                Keys.pinned(config),
                SignatureProvider.fastest(),
                false,
                config.ingest().sealPages());
        ImportReport report;
        try {
            report = Objects.requireNonNull(new RoomLoader(surroundings, rooms)
                    .load(DemoRoom.dump(directory), null)
                    .block(PATIENCE));
        } catch (RuntimeException e) {
            throw StoreJob.explained(config.store(), e);
        }
        out.println("Room     " + report.room() + ", version "
                + report.roomVersion().identifier() + ",");
        out.println("         recorded from real homeservers: " + (report.taken() + report.known())
                + " events, hashes and signatures checked,");
        out.println("         loaded in " + millis(start) + " ms");
        if (report.refusedInAll() > 0) {
            throw CommandException.failed(report.refusedInAll()
                    + " events of the shipped room were refused, expected none: " + report.refused());
        }
        return report;
    }

    private Question ask(Path directory, Config config, RunningGateway gateway, ImportReport room) {
        EventId newest = Objects.requireNonNull(
                new NewestEvent(gateway.store(), room.room()).find().block(PATIENCE), "the room was just loaded");
        String url;
        try {
            url = gateway.listen().get(0);
        } catch (CommandException e) {
            throw CommandException.failed(
                    "--port: '" + port + "' on 127.0.0.1 cannot be listened on, something else may be"
                            + " there; expected a free port, such as --port " + (port + 1));
        }
        out.println("Gateway  " + url + ", answering as " + config.serverName());
        out.println();
        ServerName asker = DemoRoom.servers().get(1);
        return new Question(
                url,
                new BackfillRequest(config.serverName(), room.room(), List.of(newest), LIMIT),
                asker,
                directory.resolve(asker.host() + ".signing.key"),
                directory.resolve("verify_keys.json"));
    }

    private void answer(Question question) {
        BackfillRequest request = question.request();
        out.println(question.origin() + " asks for " + LIMIT + " events, from "
                + request.from().get(0) + " back:");
        out.println();
        Ed25519 scheme = SignatureProvider.fastest();
        SigningKey key = Keys.signing(question.key());
        long start = System.nanoTime();
        List<byte[]> answer;
        try (Outgoing outgoing = Outgoing.to(URI.create(question.url()), OutgoingOptions.defaults())) {
            BackfillClient client = new BackfillClient(
                    outgoing.client(),
                    new RequestSigner(question.origin(), key, scheme),
                    new Bounds(PATIENCE, MAX_ANSWER));
            answer = Objects.requireNonNull(client.ask(request).block());
        } catch (TransferException e) {
            throw CommandException.failed(String.valueOf(e.getMessage()));
        }
        long millis = millis(start);
        FetchedEvents events = FetchedEvents.of(
                answer, request.room(), request.from(), null, Keys.pinned(question.verifyKeys()), scheme);
        HistoryGraph graph = new HistoryGraph();
        for (Pdu event : events.good()) {
            graph.add(
                    event.id().value(),
                    event.prevEvents().stream().map(EventId::value).toList(),
                    label(event));
        }
        graph.lines().forEach(out::println);
        out.println();
        int bytes = answer.stream().mapToInt(event -> event.length).sum();
        out.println(events.good().size() + " events, children before parents, " + events.redacted()
                + " of them redacted; " + bytes / 1024 + " KiB in " + millis + " ms");
        out.println("(the first request of a cold process: connection, signature check, walk and all)");
        out.println();
        if (!events.faults().isEmpty()) {
            throw CommandException.failed(
                    "the answer is not what it should be: " + events.faults().get(0));
        }
    }

    private void repeat(Question question) {
        BackfillRequest request = question.request();
        out.println("Ask again, from another terminal:");
        out.println();
        out.println("  " + Program.call() + " fetch --server " + question.url() + " \\");
        out.println("    --destination " + request.destination() + " --origin " + question.origin() + " \\");
        out.println("    --key " + question.key() + " \\");
        out.println("    --verify-keys " + question.verifyKeys() + " \\");
        out.println("    --room '" + request.room() + "' \\");
        out.println("    --v '" + request.from().get(0) + "' --limit " + LIMIT);
        out.println();
        out.println("Ctrl-C ends it.");
        out.flush();
    }

    private static String label(Pdu event) {
        String time = TIME.format(Instant.ofEpochMilli(event.originServerTs()));
        return String.format(Locale.ROOT, "%4d  %s  %s  %s", event.depth(), time, event.sender(), event.type());
    }

    private static long millis(long start) {
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }
}
