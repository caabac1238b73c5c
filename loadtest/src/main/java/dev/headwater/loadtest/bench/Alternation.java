package dev.headwater.loadtest.bench;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Has contenders take turns under the same load, so that what the machine does besides falls on all of them. */
final class Alternation implements AutoCloseable {
    private static final Duration SLICE = Duration.ofSeconds(2);
    /** Below this share of a core the compilers of the measured process count as done. */
    private static final double QUIET = 0.03;

    private final ClosedLoop load = new ClosedLoop();
    private final ProcessCpu server;
    private final ProcessCpu redis;
    private final int connections;

    /** @param connections each has one request in flight */
    Alternation(ProcessCpu server, ProcessCpu redis, int connections) {
        this.server = server;
        this.redis = redis;
        this.connections = connections;
    }

    /** Loads all of them in turn until the server's code is compiled, or the time is over. */
    void warmUp(List<Contender> contenders, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        double compiling = 1;
        while (compiling > QUIET && System.nanoTime() < end) {
            long begun = System.nanoTime();
            long before = server.compilerMicros();
            for (Contender contender : contenders) {
                load(contender, SLICE);
            }
            compiling = (server.compilerMicros() - before) * 1e3 / (System.nanoTime() - begun);
            System.err.printf("warming up: the compilers take %.0f %% of a core%n", 100 * compiling);
        }
    }

    void run(List<Contender> contenders, int rounds, Duration turn) throws InterruptedException {
        for (int round = 1; round <= rounds; round++) {
            for (Contender contender : contenders) {
                contender.add(turn(contender, turn));
            }
            System.err.printf("round %d of %d%n", round, rounds);
        }
    }

    private Contender.Turn turn(Contender contender, Duration length) throws InterruptedException {
        long serverBefore = server.micros() - server.compilerMicros();
        long redisBefore = redis.micros();
        ClosedLoop.Outcome outcome = load(contender, length);
        return new Contender.Turn(
                outcome.perSecond(),
                (double) (server.micros() - server.compilerMicros() - serverBefore) / outcome.requests(),
                (double) (redis.micros() - redisBefore) / outcome.requests(),
                (double) outcome.bodyBytes() / outcome.requests(),
                outcome.percentileMicros(0.5),
                outcome.percentileMicros(0.99));
    }

    private ClosedLoop.Outcome load(Contender contender, Duration length) throws InterruptedException {
        return load.run(new InetSocketAddress("127.0.0.1", contender.port), contender.requests, connections, length);
    }

    @Override
    public void close() {
        load.close();
    }
}
