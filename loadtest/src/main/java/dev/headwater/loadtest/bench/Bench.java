package dev.headwater.loadtest.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The benchmark's command: starts what is measured, takes turns, prints tables and lines for scripts. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures the gateway in rows: contenders (walks against the same bytes ready-made, with and without a"
                    + " signature check, and against a GET an event), growth, starts, limits, round-trips, bytes, import,"
                    + " slow-readers, long-answer.",
            "What is compared takes turns within one run, on one machine with the load and Redis beside it, so only the"
                    + " ratios mean something. Lines beginning with 'ratio' carry: name, median, minimum, maximum, target,"
                    + " and whether the median meets it.",
            "All rows take some twenty minutes, --quick some three."
        })
public final class Bench implements Callable<Integer> {
    private static final Map<String, Row> ROWS = new LinkedHashMap<>();
    private static final List<String> QUICK_ROWS = List.of("contenders", "starts", "round-trips", "bytes", "import");

    static {
        ROWS.put("contenders", new Contenders());
        ROWS.put("growth", Walks::growth);
        ROWS.put("starts", Walks::starts);
        ROWS.put("limits", Walks::limits);
        ROWS.put("round-trips", new RoundTrips());
        ROWS.put("bytes", new Bytes());
        ROWS.put("import", new ImportRate());
        ROWS.put("slow-readers", new SlowReaders());
        ROWS.put("long-answer", new LongAnswer());
    }

    @Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Option(
            names = "--rows",
            split = ",",
            description = "Which (default: all; with --quick: contenders,starts,round-trips,bytes,import).")
    private List<String> rows = List.of();

    @Option(names = "--quick", description = "Fewer rows, smaller rooms, shorter turns.")
    private boolean quick;

    @Option(names = "--events", description = "Events in the room (default: 50000, quick 20000).")
    private @Nullable Integer events;

    @Option(names = "--limit", defaultValue = "100", description = "Events a request (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--rounds", description = "Turns that count (default: 9, quick 3).")
    private @Nullable Integer rounds;

    @Option(names = "--seconds", description = "Length of a turn (default: 3, quick 2).")
    private @Nullable Integer seconds;

    @Option(
            names = "--connections",
            defaultValue = "16",
            description = "Requests in flight (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--warm-up",
            description = "Seconds of load before the turns, at most; it ends once the code is compiled (default: 90,"
                    + " quick 40).")
    private @Nullable Integer warmUp;

    @Option(
            names = "--sizes",
            split = ",",
            description = "Events in the rooms of the row 'growth', ascending (default: 10000,100000,1000000).")
    private List<Integer> sizes = List.of(10_000, 100_000, 1_000_000);

    @Option(
            names = "--store",
            paramLabel = "DIR",
            description = "What loadtest/store has prepared: the largest room of the row 'growth'.")
    private @Nullable Path store;

    @Option(names = "--readers", defaultValue = "2000", description = "Slow ones (default: ${DEFAULT-VALUE}).")
    private int readers;

    @Option(
            names = "--long-answer",
            description = "Events in the one response of that row (default: 1000000, quick 100000).")
    private @Nullable Integer longAnswer;

    @Option(names = "--imported", description = "Events of the row 'import' (default: 500000, quick 100000).")
    private @Nullable Integer imported;

    @Option(names = "--seed", defaultValue = "1", description = "Of the rooms (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--only",
            split = ",",
            description = "Contenders that take part, by the names in the table (default: all). For a profiler's sake.")
    private List<String> only = List.of();

    @Option(
            names = "--server-option",
            paramLabel = "OPTION",
            description = "Handed to the measured Java machine, e.g. -XX:StartFlightRecording=filename=walk.jfr.")
    private List<String> serverOptions = List.of();

    @Option(
            names = "--document",
            paramLabel = "FILE",
            description = "A Markdown file whose tables and charts are to be replaced, e.g. docs/performance.md.")
    private @Nullable Path document;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        List<String> chosen = !rows.isEmpty() ? rows : quick ? QUICK_ROWS : List.copyOf(ROWS.keySet());
        for (String row : chosen) {
            if (!ROWS.containsKey(row)) {
                throw new ParameterException(
                        spec.commandLine(), "--rows '" + row + "': expected some of " + ROWS.keySet());
            }
        }
        Settings settings = settings();
        String machine = Machine.today();
        System.out.println(machine);
        for (Map.Entry<String, Row> row : ROWS.entrySet()) {
            if (chosen.contains(row.getKey())) {
                String busyBefore = loadAverage();
                Section section = row.getValue().run(settings);
                section.print(System.out);
                System.out.printf("load average %s before, %s after%n", busyBefore, loadAverage());
                if (document != null) {
                    Document written = new Document(document);
                    written.put(section, "`" + command(row.getKey(), written) + "`, " + machine + ".");
                }
            }
        }
        return 0;
    }

    private Settings settings() {
        return new Settings(
                or(events, 50_000, 20_000),
                limit,
                or(rounds, 9, 3),
                Duration.ofSeconds(or(seconds, 3, 2)),
                connections,
                Duration.ofSeconds(or(warmUp, 90, 40)),
                seed,
                only,
                serverOptions,
                sizes,
                store,
                readers,
                or(longAnswer, 1_000_000, 100_000),
                or(imported, 500_000, 100_000));
    }

    private int or(@Nullable Integer given, int full, int inQuick) {
        return given != null ? given : quick ? inQuick : full;
    }

    private String command(String row, Document written) {
        String rest = written.without(spec.commandLine().getParseResult().originalArgs());
        return ("loadtest/bench " + (rest.contains("--rows") ? "" : "--rows " + row + " ") + rest).strip();
    }

    private static String loadAverage() throws IOException {
        Path file = Path.of("/proc/loadavg");
        return Files.isReadable(file) ? Files.readString(file).split(" ", -1)[0] : "unknown";
    }
}
