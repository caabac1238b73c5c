package dev.headwater.gateway.cli;

import dev.headwater.event.Pdu;
import dev.headwater.gateway.ConfigFile;
import dev.headwater.gateway.auth.RequestSigner;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.gateway.discovery.Bounds;
import dev.headwater.gateway.discovery.OutgoingOptions;
import dev.headwater.gateway.transfer.BackfillClient;
import dev.headwater.gateway.transfer.BackfillRequest;
import dev.headwater.gateway.transfer.FetchedEvents;
import dev.headwater.gateway.transfer.TransferException;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.VerifyKeys;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code headwater fetch}: one request for history, as another server would send it. */
@Command(
        name = "fetch",
        mixinStandardHelpOptions = true,
        versionProvider = Headwater.Version.class,
        description = {
            "Sends one signed /backfill to a server, as another server would, and checks every event of the answer.",
            "",
            "The events stand on standard output, one a line, newest first as they came; a summary and what is wrong with"
                    + " any of them on standard error. Checked are form, ID and hashes, that each was asked for or is a"
                    + " parent of one before it, and, with --config or --verify-keys, signatures."
        },
        footer = {
            "",
            "Example:",
            "  headwater fetch --destination hs.example \\",
            "    --origin other.example --key other.signing.key \\",
            "    --room '!abc:hs.example' --v '$event' --limit 100",
            "",
            "Exit status: 0 a complete answer and every event right, 1 not, 2 wrong use."
        })
final class FetchCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "Where it listens: http://host:port or https://host:port. Default: found by its name, as every"
                            + " server does.")
    private @Nullable URI server;

    @Option(
            names = "--destination",
            required = true,
            paramLabel = "NAME",
            description = "The server name that is asked.")
    @SuppressWarnings("NullAway.Init") // picocli refuses the command without the required options
    private ServerName destination;

    @Option(names = "--origin", required = true, paramLabel = "NAME", description = "The server name that asks.")
    @SuppressWarnings("NullAway.Init")
    private ServerName origin;

    @Option(names = "--key", required = true, paramLabel = "FILE", description = "The signing key of --origin.")
    @SuppressWarnings("NullAway.Init")
    private Path key;

    @Option(names = "--room", required = true, paramLabel = "ID", description = "The room.")
    @SuppressWarnings("NullAway.Init")
    private RoomId room;

    @Option(
            names = "--v",
            required = true,
            arity = "1..*",
            paramLabel = "ID",
            description = "The events from which the walk starts; several after one --v, or with --v each.")
    private List<EventId> from = List.of();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many events are wanted at most. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(
            names = "--room-version",
            paramLabel = "V",
            description = "The room version, 1 to 12. Default: found out from the events.")
    private @Nullable RoomVersion roomVersion;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "A configuration whose verify_keys signatures are checked with, and that says which addresses"
                    + " may be reached.")
    private @Nullable Path config;

    @Option(
            names = "--verify-keys",
            paramLabel = "FILE",
            description = "A JSON file of keys, {server: {key ID: Base64}}, that signatures are checked with.")
    private @Nullable Path verifyKeys;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "For the whole exchange. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Duration timeout;

    @Option(
            names = "--max-bytes",
            paramLabel = "N",
            defaultValue = "67108864",
            description = "The longest answer that is taken. Default: ${DEFAULT-VALUE}.")
    private int maxBytes;

    FetchCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        requireUsable();
        VerifyKeys keys = keys();
        RequestSigner signer = new RequestSigner(origin, Keys.signing(key), SignatureProvider.fastest());
        long start = System.nanoTime();
        List<byte[]> answer;
        try (Outgoing outgoing = Outgoing.to(server, outgoingOptions())) {
            BackfillClient client = new BackfillClient(outgoing.client(), signer, new Bounds(timeout, maxBytes));
            answer = client.ask(new BackfillRequest(destination, room, from, limit))
                    .blockOptional()
                    .orElse(List.of());
        } catch (TransferException e) {
            throw CommandException.failed(String.valueOf(e.getMessage()));
        }
        long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
        FetchedEvents events = FetchedEvents.of(answer, room, from, roomVersion, keys, SignatureProvider.fastest());
        write(events.good());
        events.faults().forEach(fault -> surroundings.err().println("headwater: " + fault));
        surroundings
                .err()
                .println(answer.size() + " events (" + events.redacted() + " redacted, "
                        + events.faults().size() + " refused) in " + millis + " ms; room version "
                        + events.version().identifier()
                        + (keys == null ? "; signatures not checked" : "; signatures checked"));
        surroundings.err().flush();
        return events.faults().isEmpty() ? 0 : Headwater.FAILED;
    }

    private void requireUsable() {
        if (server != null
                && (server.getHost() == null
                        || !List.of("http", "https").contains(String.valueOf(server.getScheme())))) {
            throw CommandException.wrongUse("--server: '" + server + "' is refused: expected http://host:port");
        }
        if (limit < 1) {
            throw CommandException.wrongUse("--limit: '" + limit + "' is refused: expected a whole number from 1");
        }
        if (maxBytes < 1) {
            throw CommandException.wrongUse(
                    "--max-bytes: '" + maxBytes + "' is refused: expected a whole number from 1");
        }
        if (config != null && verifyKeys != null) {
            throw CommandException.wrongUse(
                    "--verify-keys: '" + verifyKeys + "' stands beside --config; expected one of them");
        }
    }

    private OutgoingOptions outgoingOptions() {
        return config == null
                ? OutgoingOptions.defaults()
                : Outgoing.options(ConfigFile.load(config, surroundings.environment()));
    }

    private @Nullable VerifyKeys keys() {
        if (config != null) {
            return Keys.pinned(ConfigFile.load(config, surroundings.environment()));
        }
        return verifyKeys == null ? null : Keys.pinned(verifyKeys);
    }

    private void write(List<Pdu> events) {
        OutputStream out = surroundings.data();
        try {
            for (Pdu event : events) {
                out.write(event.bytes());
                out.write('\n');
            }
            out.flush();
        } catch (IOException e) {
            throw CommandException.failed("standard output was closed before the end: " + e.getMessage());
        }
    }
}
