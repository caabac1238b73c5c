package dev.headwater.loadtest.traffic;

import dev.headwater.event.Pdu;
import dev.headwater.gateway.auth.SignatureProvider;
import dev.headwater.id.EventId;
import dev.headwater.id.RoomId;
import dev.headwater.id.ServerName;
import dev.headwater.loadtest.RoomGenerator;
import dev.headwater.loadtest.RoomShape;
import dev.headwater.room.RoomVersion;
import dev.headwater.sign.Ed25519;
import dev.headwater.sign.SigningKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes signed rooms from a seed, and what a gateway and a load need to know of them. */
@Command(
        name = "prepare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes signed rooms from a seed: the same options give the same rooms, byte for byte.",
            "Into the directory go room dumps (rooms/*.ndjson), a configuration for the gateway that pins the keys of"
                    + " the rooms' servers (headwater.yaml), and what the load asks for (traffic.json)."
        })
public final class Prepare implements Callable<Integer> {
    private static final int SAMPLE = 500;

    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to; made if it is not there.")
    private Path out = Path.of("");

    @Option(names = "--rooms", defaultValue = "20", description = "How many rooms (default: ${DEFAULT-VALUE}).")
    private int rooms;

    @Option(
            names = "--events",
            defaultValue = "5000",
            description = "Events in the largest room; the n-th has an n-th of it, but 200 at least"
                    + " (default: ${DEFAULT-VALUE}).")
    private int events;

    @Option(names = "--servers", defaultValue = "5", description = "Servers that ask (default: ${DEFAULT-VALUE}).")
    private int servers;

    @Option(
            names = "--branches",
            defaultValue = "1",
            description = "Chains that run beside each other and never merge (default: ${DEFAULT-VALUE}).")
    private int branches;

    @Option(
            names = "--forks",
            defaultValue = "0.05",
            description = "Share of events beside which another stands until the next merges them"
                    + " (default: ${DEFAULT-VALUE}).")
    private double forks;

    @Option(
            names = "--lies",
            defaultValue = "0",
            description = "Share of events that claim the greatest depth (default: ${DEFAULT-VALUE}).")
    private double lies;

    @Option(
            names = "--text",
            defaultValue = "240",
            description = "Mean length of a message's text; an event has some 600 bytes more"
                    + " (default: ${DEFAULT-VALUE}).")
    private int text;

    @Option(names = "--room-version", defaultValue = "11", description = "3 to 12 (default: ${DEFAULT-VALUE}).")
    private String roomVersion = "";

    @Option(names = "--seed", defaultValue = "1", description = "Of everything (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--store",
            defaultValue = "redis://127.0.0.1:6379/0",
            description = "The store in headwater.yaml (default: ${DEFAULT-VALUE}).")
    private String store = "";

    @Option(
            names = "--server-name",
            defaultValue = "resident.example",
            description = "The resident server in headwater.yaml, for which requests are signed"
                    + " (default: ${DEFAULT-VALUE}).")
    private String serverName = "";

    public static void main(String[] args) {
        System.exit(new CommandLine(new Prepare()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        if (rooms < 1 || servers < 1 || branches < 1 || events < 200) {
            throw new ParameterException(
                    spec.commandLine(), "expected at least one room, server and branch, and 200 events");
        }
        Ed25519 scheme = SignatureProvider.fastest();
        Files.createDirectories(out.resolve("rooms"));
        List<ServerName> names = IntStream.range(0, servers)
                .mapToObj(i -> ServerName.parse("asker" + i + ".example"))
                .toList();
        List<Traffic.Room> made = new ArrayList<>();
        Map<ServerName, SigningKey> askers = new LinkedHashMap<>();
        names.forEach(name -> askers.put(name, RoomGenerator.key(seed, name)));
        for (int i = 0; i < rooms; i++) {
            int size = Math.max(200, events / (i + 1));
            RoomShape shape = new RoomShape(seed, i, size, version(), names, branches, forks, lies, text);
            made.add(room(shape, scheme, out.resolve("rooms").resolve("%04d.ndjson".formatted(i))));
            System.err.printf("room %d of %d: %d events%n", i + 1, rooms, size);
        }
        new Traffic(ServerName.parse(serverName), askers, made).write(out);
        Files.writeString(out.resolve("headwater.yaml"), configuration(askers));
        return 0;
    }

    private RoomVersion version() {
        return RoomVersion.of(roomVersion)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--room-version '" + roomVersion + "': expected 3 to 12"));
    }

    private static Traffic.Room room(RoomShape shape, Ed25519 scheme, Path file) throws IOException {
        RoomGenerator generator = new RoomGenerator(shape, scheme);
        List<String> sample = new ArrayList<>();
        int every = Math.max(1, shape.events() / SAMPLE);
        RoomId room = null;
        EventId newest = null;
        try (OutputStream lines = Files.newOutputStream(file)) {
            for (int made = 1; generator.hasNext(); made++) {
                Pdu pdu = generator.next();
                lines.write(pdu.bytes());
                lines.write('\n');
                room = pdu.room();
                newest = pdu.id();
                if (made % every == 0) {
                    sample.add(0, pdu.id().value());
                }
            }
        }
        if (room == null || newest == null) {
            throw new IllegalStateException("a room without an event");
        }
        return new Traffic.Room(room, newest.value(), sample);
    }

    private String configuration(Map<ServerName, SigningKey> askers) {
        StringBuilder yaml = new StringBuilder();
        yaml.append("server_name: ").append(serverName).append('\n');
        yaml.append("listeners:\n  - port: 8448\n    bind_addresses: [\"127.0.0.1\"]\n    type: federation\n");
        yaml.append("store: \"").append(store).append("\"\nverify_keys:\n");
        askers.forEach((server, key) -> yaml.append("  %s: { \"%s\": \"%s\" }%n"
                .formatted(server, key.id(), key.verifyKey().base64())));
        return yaml.toString();
    }
}
