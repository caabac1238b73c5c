package dev.headwater.oracle;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts what was checked, and how often less is shown than is allowed. */
final class Tally {
    private final Map<String, Map<String, Long>> counts = new TreeMap<>();
    private final Map<Dump.Kind, Long> rooms = new TreeMap<>();
    private long shown;

    void room(Dump.Kind kind) {
        rooms.merge(kind, 1L, Long::sum);
    }

    void shown() {
        shown++;
    }

    void count(String of, String what) {
        counts.computeIfAbsent(of, first -> new TreeMap<>()).merge(what, 1L, Long::sum);
    }

    void add(Tally other) {
        shown += other.shown;
        other.rooms.forEach((kind, count) -> rooms.merge(kind, count, Long::sum));
        other.counts.forEach((of, each) -> each.forEach((what, count) ->
                counts.computeIfAbsent(of, first -> new TreeMap<>()).merge(what, count, Long::sum)));
    }

    /** How many (event, server) were shown in full and found allowed. */
    long allShown() {
        return shown;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("rooms " + rooms + "; shown in full, all of it allowed: " + shown);
        counts.forEach((of, each) -> {
            long all = each.values().stream().mapToLong(Long::longValue).sum();
            text.append(String.format("%n%s, %d:", of, all));
            each.forEach((what, count) ->
                    text.append(String.format(Locale.ROOT, "%n  %6.2f %%  %s", 100.0 * count / all, what)));
        });
        return text.toString();
    }
}
