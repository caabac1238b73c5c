package dev.headwater.loadtest.bench;

import java.util.Arrays;

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
}
