package dev.headwater.loadtest.bench;

import dev.headwater.redis.testing.RedisServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The benchmark's command: starts what is measured, takes turns, prints a table and lines for scripts. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures a walk of --limit events, read from Redis for each request, against a bare Reactor Netty that"
                    + " sends as many bytes, the same with a signature check, and a walk of one GET per event.",
            "All take turns within one run, on one machine with the load and Redis beside them, so only the ratios mean"
                    + " something. Lines beginning with 'ratio' carry: name, median, minimum, maximum, target."
        })
public final class Bench implements Callable<Integer> {
    @Option(
            names = "--events",
            defaultValue = "100000",
            description = "Events in the room (default: ${DEFAULT-VALUE}).")
    private int events;

    @Option(names = "--limit", defaultValue = "100", description = "Events a request (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--rounds", defaultValue = "7", description = "Turns that count (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "4", description = "Length of a turn (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--connections",
            defaultValue = "16",
            description = "Requests in flight (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            description = "Seconds of load on each before the turns (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(names = "--seed", defaultValue = "1", description = "Of the room (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--only",
            description = "Contenders that take part, by the names in the table (default: all). For a profiler's sake.")
    private List<String> only = List.of();

    @Option(names = "--quick", description = "Three turns of two seconds on 20000 events.")
    private boolean quick;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (quick) {
            events = 20_000;
            rounds = 3;
            seconds = 2;
        }
        try (RedisServer redis = RedisServer.started();
                Targets targets = Targets.start(redis.uri(), seed, events, limit);
                ClosedLoop load = new ClosedLoop()) {
            List<Contender> contenders = targets.contenders().stream()
                    .filter(contender -> only.isEmpty() || only.contains(contender.name))
                    .toList();
            System.out.printf(
                    "%d events in the room, %d a request, %d connections, %d turns of %d s; Java %s%n",
                    events, limit, connections, rounds, seconds, Runtime.version());
            for (Contender contender : contenders) {
                load.run(
                        new InetSocketAddress("127.0.0.1", contender.port),
                        contender.requests,
                        connections,
                        Duration.ofSeconds(warmUp));
            }
            // One turn each that does not count: until then much of the code is interpreted.
            for (int round = 0; round <= rounds; round++) {
                for (Contender contender : contenders) {
                    Contender.Turn turn = turn(load, contender, targets.cpu(), new ProcessCpu(redis.process()));
                    if (round > 0) {
                        contender.add(turn);
                    }
                }
                System.err.printf("round %d of %d%n", round, rounds);
            }
            new Report(contenders).print(System.out);
            return 0;
        }
    }

    private Contender.Turn turn(ClosedLoop load, Contender contender, ProcessCpu server, ProcessCpu redis)
            throws InterruptedException {
        long serverBefore = server.micros();
        long redisBefore = redis.micros();
        ClosedLoop.Outcome outcome = load.run(
                new InetSocketAddress("127.0.0.1", contender.port),
                contender.requests,
                connections,
                Duration.ofSeconds(seconds));
        return new Contender.Turn(
                outcome.perSecond(),
                (double) (server.micros() - serverBefore) / outcome.requests(),
                (double) (redis.micros() - redisBefore) / outcome.requests(),
                (double) outcome.bodyBytes() / outcome.requests(),
                outcome.percentileMicros(0.5),
                outcome.percentileMicros(0.99));
    }
}
