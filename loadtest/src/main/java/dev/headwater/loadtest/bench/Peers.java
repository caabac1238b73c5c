package dev.headwater.loadtest.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends the same signed requests to servers that run already, in turns, and prints what they did: see the recorder's compare.py. */
@Command(
        name = "peers",
        mixinStandardHelpOptions = true,
        description = {
            "Measures servers that run already against the first of them. The plan is JSON: {\"requests\": [{\"target\","
                    + " \"authorization\"}], \"servers\": [{\"name\", \"port\", \"process\": PID, \"store\": PID or null}]}.",
            "Processor time counts a process with all its descendants."
        })
public final class Peers implements Callable<Integer> {
    @Parameters(paramLabel = "PLAN", description = "The plan.")
    private Path plan = Path.of("");

    @Option(names = "--rounds", defaultValue = "5", description = "Turns that count (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "6", description = "Length of a turn (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--connections",
            defaultValue = "8",
            description = "Requests in flight (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--warm-up",
            defaultValue = "15",
            description = "Seconds of load on each before the turns (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    /** A contender with the processes whose time is its cost; of the store none where the server keeps its own. */
    private record Server(Contender contender, List<ProcessHandle> process, List<ProcessHandle> store) {
        static Server of(JsonNode told, List<byte[]> requests) {
            return new Server(
                    new Contender(
                            told.path("name").stringValue(), told.path("port").intValue(), requests),
                    handles(told.path("process")),
                    handles(told.path("store")));
        }

        private static List<ProcessHandle> handles(JsonNode pid) {
            return pid.isNumber()
                    ? List.of(ProcessHandle.of(pid.longValue())
                            .orElseThrow(() -> new IllegalArgumentException("no process " + pid + " runs")))
                    : List.of();
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Peers()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        JsonNode told = JsonMapper.shared().readTree(plan);
        List<byte[]> requests = told.path("requests")
                .valueStream()
                .map(request -> ClosedLoop.get(
                        request.path("target").stringValue(),
                        "localhost",
                        request.path("authorization").stringValue()))
                .toList();
        List<Server> servers = told.path("servers")
                .valueStream()
                .map(server -> Server.of(server, requests))
                .toList();
        try (ClosedLoop load = new ClosedLoop()) {
            for (Server server : servers) {
                turn(load, server, warmUp); // caches fill, code is compiled
            }
            for (int round = 0; round < rounds; round++) {
                for (Server server : servers) {
                    server.contender.add(turn(load, server, seconds));
                }
            }
        }
        print(servers);
        return 0;
    }

    private Contender.Turn turn(ClosedLoop load, Server server, int forSeconds) throws InterruptedException {
        long processBefore = micros(server.process);
        long storeBefore = micros(server.store);
        ClosedLoop.Outcome outcome = load.run(
                new InetSocketAddress("127.0.0.1", server.contender.port),
                server.contender.requests,
                connections,
                Duration.ofSeconds(forSeconds));
        return new Contender.Turn(
                outcome.perSecond(),
                (double) (micros(server.process) - processBefore) / outcome.requests(),
                (double) (micros(server.store) - storeBefore) / outcome.requests(),
                (double) outcome.bodyBytes() / outcome.requests(),
                outcome.percentileMicros(0.5),
                outcome.percentileMicros(0.99));
    }

    /** A database answers from processes of its own, one a connection, which live as long as that. */
    private static long micros(List<ProcessHandle> processes) {
        return processes.stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .filter(ProcessHandle::isAlive)
                .mapToLong(process -> new ProcessCpu(process).micros())
                .sum();
    }

    private static void print(List<Server> servers) {
        Table table = new Table("", "requests/s", "server µs a request", "store µs a request", "p50 ms", "p99 ms");
        for (Server server : servers) {
            Contender one = server.contender;
            table.row(
                    one.name,
                    one.of(Contender.Turn::perSecond).shown(),
                    one.of(Contender.Turn::serverCpu).shown(),
                    one.of(Contender.Turn::redisCpu).shown(),
                    one.of(Contender.Turn::p50Micros)
                            .map(micros -> micros / 1e3)
                            .shown(),
                    one.of(Contender.Turn::p99Micros)
                            .map(micros -> micros / 1e3)
                            .shown());
        }
        System.out.println(table.text());
        Contender first = servers.get(0).contender;
        for (Server other : servers.subList(1, servers.size())) {
            String to = first.name + "-to-" + other.contender.name;
            System.out.println(Ratio.of(to, first.against(other.contender, Contender.Turn::perSecond))
                    .line());
            System.out.println(Ratio.of(to + "-a-core", first.against(other.contender, Contender.Turn::perCoreSecond))
                    .line());
        }
    }
}
