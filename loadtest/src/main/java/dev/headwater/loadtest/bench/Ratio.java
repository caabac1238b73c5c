package dev.headwater.loadtest.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One figure that does not depend on the machine's speed, as measured several times within one run. */
record Ratio(String name, Spread spread, @Nullable Target target) {
    /** What the project has set itself. */
    record Target(double bound, boolean atLeast) {
        boolean isMet(double value) {
            return atLeast ? value >= bound : value <= bound;
        }

        @Override
        public String toString() {
            return (atLeast ? "≥ " : "≤ ") + number(bound);
        }
    }

    static Ratio of(String name, Spread spread) {
        return new Ratio(name, spread, null);
    }

    static Ratio atLeast(String name, Spread spread, double bound) {
        return new Ratio(name, spread, new Target(bound, true));
    }

    static Ratio atMost(String name, Spread spread, double bound) {
        return new Ratio(name, spread, new Target(bound, false));
    }

    /** For scripts: name, median, minimum, maximum, target, and whether the median meets it. */
    String line() {
        return String.format(
                Locale.ROOT,
                "ratio %s %.3f %.3f %.3f target %s",
                name,
                spread.median(),
                spread.min(),
                spread.max(),
                target == null ? "-" : number(target.bound) + " " + verdict());
    }

    /** {@code met}, {@code missed}, or empty where there is no target. */
    String verdict() {
        return target == null ? "" : target.isMet(spread.median()) ? "met" : "missed";
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }
}
