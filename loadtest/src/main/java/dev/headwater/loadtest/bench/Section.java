package dev.headwater.loadtest.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one row of the bench has found.
 *
 * @param name of the row
 * @param setting how it was measured, in a sentence
 */
record Section(
        String name,
        String setting,
        Table table,
        List<Ratio> ratios,
        @Nullable Chart chart) {
    Section {
        ratios = List.copyOf(ratios);
    }

    void print(PrintStream out) {
        out.printf("%n== %s: %s%n%n%s%n", name, setting, table.text());
        ratios.forEach(ratio -> out.println(ratio.line()));
        out.flush();
    }

    String markdown() {
        StringBuilder text = new StringBuilder(setting).append("\n\n").append(table.markdown());
        if (!ratios.isEmpty()) {
            Table figures = new Table("ratio", "median", "lowest", "highest", "target", "");
            for (Ratio ratio : ratios) {
                Ratio.Target target = ratio.target();
                figures.row(
                        ratio.name(),
                        shown(ratio.spread().median()),
                        shown(ratio.spread().min()),
                        shown(ratio.spread().max()),
                        target == null ? "–" : target.toString(),
                        ratio.verdict());
            }
            text.append('\n').append(figures.markdown());
        }
        return text.toString();
    }

    private static String shown(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.3f", value);
    }
}
