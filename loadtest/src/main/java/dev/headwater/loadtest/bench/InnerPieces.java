package dev.headwater.loadtest.bench;

import dev.headwater.loadtest.pieces.Pieces;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that measures {@link Pieces} with JMH: how long each takes, and what it allocates. */
@Command(
        name = "jmh",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures the inner pieces of a request, each by itself: plan (the walk for 100 events, its pages at hand),"
                    + " pageParse (the side data of a page), jsonStream (100 events into chunks), signature (a check),"
                    + " canonicalJson (one event, read and encoded). A minute and a half with all defaults."
        })
public final class InnerPieces implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "PATTERN or OPTION",
            description =
                    "Which pieces, as a regular expression (default: all), and options of JMH, which 'jmh -- -h' lists.")
    private List<String> forJmh = List.of();

    @Option(
            names = "--document",
            paramLabel = "FILE",
            description = "A Markdown file whose table is to be replaced, e.g. docs/performance.md.")
    private @Nullable Path document;

    private final List<String> arguments;

    private InnerPieces(String[] arguments) {
        this.arguments = List.of(arguments);
    }

    public static void main(String[] args) {
        CommandLine command = new CommandLine(new InnerPieces(args));
        System.exit(command.setUnmatchedOptionsArePositionalParams(true).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        CommandLineOptions options = new CommandLineOptions(forJmh.toArray(String[]::new));
        if (options.shouldHelp()) {
            options.showHelp();
            return 0;
        }
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .parent(options)
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
        Table table = new Table("", "µs", "bytes on the heap");
        for (RunResult result : results) {
            String benchmark = result.getParams().getBenchmark();
            Result<?> allocated =
                    Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm"));
            table.row(
                    benchmark.substring(benchmark.lastIndexOf('.') + 1),
                    spread(result.getPrimaryResult()).shown(),
                    String.format(Locale.ROOT, "%,.0f", allocated.getScore()));
        }
        Section section = new Section("pieces", "One piece at a time, on one thread.", table, List.of(), null);
        section.print(System.out);
        if (document != null) {
            Document file = new Document(document);
            file.put(
                    section, "`" + ("loadtest/jmh " + file.without(arguments)).strip() + "`, " + Machine.today() + ".");
        }
        return 0;
    }

    private static Spread spread(Result<?> result) {
        Statistics figures = result.getStatistics();
        return new Spread(figures.getPercentile(50), figures.getMin(), figures.getMax());
    }
}
