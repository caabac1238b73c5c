package dev.headwater.loadtest.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** One of the ways to answer that are measured against each other, and what its turns have shown. */
final class Contender {
    final String name;
    final int port;
    final List<byte[]> requests;
    private final List<Turn> turns = new ArrayList<>();

    /** Processor time is in microseconds a request, of the server's process without its compilers, and of Redis'. */
    record Turn(
            double perSecond, double serverCpu, double redisCpu, double bodyBytes, double p50Micros, double p99Micros) {
        /** Requests for each second of processor time, the store's included. */
        double perCoreSecond() {
            return 1e6 / (serverCpu + redisCpu);
        }
    }

    /** @param requests sent in turn, each the bytes of a whole request */
    Contender(String name, int port, List<byte[]> requests) {
        this.name = name;
        this.port = port;
        this.requests = List.copyOf(requests);
    }

    void add(Turn turn) {
        turns.add(turn);
    }

    Spread of(ToDoubleFunction<Turn> figure) {
        return Spread.of(turns.stream().mapToDouble(figure).toArray());
    }

    /** A figure against the same of another, turn by turn. */
    Spread against(Contender other, ToDoubleFunction<Turn> figure) {
        double[] ratios = new double[turns.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = figure.applyAsDouble(turns.get(i)) / figure.applyAsDouble(other.turns.get(i));
        }
        return Spread.of(ratios);
    }
}
