package dev.headwater.loadtest.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/** The middle of some figures, and how far they lie apart. */
record Spread(double median, double min, double max) {
    /** @param figures at least one, none of them NaN */
    static Spread of(double... figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
        return new Spread(median, sorted[0], sorted[n - 1]);
    }

    /** Each figure changed in the same, ascending, way. */
    Spread map(DoubleUnaryOperator change) {
        return new Spread(change.applyAsDouble(median), change.applyAsDouble(min), change.applyAsDouble(max));
    }

    /** Median, and in parentheses lowest and highest. */
    String shown() {
        String format = max >= 100 ? "%,.0f (%,.0f–%,.0f)" : "%.2f (%.2f–%.2f)";
        return String.format(Locale.ROOT, format, median, min, max);
    }
}
