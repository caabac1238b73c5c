package dev.headwater.loadtest.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** The outcome of a run: a table for people, lines for scripts. */
record Report(List<Contender> contenders) {
    /** A ratio that the project has set itself, as a share of another contender's requests a second. */
    private record Target(String name, String of, String against, double least) {}

    private static final List<Target> TARGETS = List.of(
            new Target("signed-vs-bare", Targets.SIGNED, Targets.BARE, Double.NaN),
            new Target("warm-vs-signed", Targets.WARM, Targets.SIGNED, 0.75),
            new Target("warm-vs-bare", Targets.WARM, Targets.BARE, 0.35),
            new Target("cold-vs-bare", Targets.COLD, Targets.BARE, 0.15),
            new Target("cold-vs-get-per-event", Targets.COLD, Targets.EVENT_PER_GET, 5));

    void print(PrintStream out) {
        out.printf(
                "%n%-16s %22s %18s %18s %10s %9s %9s%n",
                "", "requests/s", "server us/request", "redis us/request", "KB body", "p50 ms", "p99 ms");
        for (Contender contender : contenders) {
            out.printf(
                    Locale.ROOT,
                    "%-16s %22s %18s %18s %10.1f %9.2f %9.2f%n",
                    contender.name,
                    spread(contender.of(Contender.Turn::perSecond)),
                    spread(contender.of(Contender.Turn::serverCpu)),
                    spread(contender.of(Contender.Turn::redisCpu)),
                    contender.of(Contender.Turn::bodyBytes).median() / 1000,
                    contender.of(Contender.Turn::p50Micros).median() / 1000,
                    contender.of(Contender.Turn::p99Micros).median() / 1000);
        }
        out.println();
        for (Target target : TARGETS) {
            if (!took(target.of()) || !took(target.against())) {
                continue;
            }
            Spread ratio = named(target.of()).against(named(target.against()));
            out.printf(
                    Locale.ROOT,
                    "ratio %s %.3f %.3f %.3f target %s%n",
                    target.name(),
                    ratio.median(),
                    ratio.min(),
                    ratio.max(),
                    Double.isNaN(target.least()) ? "-" : String.valueOf(target.least()));
        }
    }

    private boolean took(String name) {
        return contenders.stream().anyMatch(contender -> contender.name.equals(name));
    }

    private Contender named(String name) {
        return contenders.stream()
                .filter(contender -> contender.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String spread(Spread figure) {
        return String.format(Locale.ROOT, "%.0f (%.0f-%.0f)", figure.median(), figure.min(), figure.max());
    }
}
