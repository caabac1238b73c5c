package dev.headwater.gateway.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A room's history as lines of text, newest first: a lane for each branch, as {@code git log --graph} draws it.
 *
 * <p>Events are added children before parents.
 */
final class HistoryGraph {
    private static final int WIDTH = 80;
    // Of a long stretch in which no branch begins or ends, this many rows a lane are shown at its start and at its end.
    private static final int SHOWN = 3;

    private final List<String> lanes = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();

    private record Row(String drawing, String label) {}

    /**
     * Adds the next older event.
     *
     * @param label what is written beside it
     */
    void add(String id, List<String> parents, String label) {
        join(id);
        int lane = lanes.indexOf(id);
        if (lane < 0) {
            lane = lanes.size();
            lanes.add(id);
        }
        char[] drawing = straight();
        drawing[2 * lane] = '*';
        rows.add(new Row(new String(drawing), label));
        if (parents.isEmpty()) {
            end(lane);
            return;
        }
        lanes.set(lane, parents.get(0));
        for (int i = 1; i < parents.size(); i++) {
            fork(lane + i, parents.get(i));
        }
    }

    /** The drawing, lines of 80 columns at most. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        int widest = rows.stream().mapToInt(row -> row.drawing().length()).max().orElse(0);
        for (int i = 0; i < rows.size(); ) {
            int end = i;
            while (end < rows.size() && isLike(rows.get(end), rows.get(i))) {
                end++;
            }
            int shown = SHOWN * (rows.get(i).drawing().length() / 2 + 1);
            int hidden = end - i - 2 * shown;
            if (hidden > 2) {
                rows.subList(i, i + shown).forEach(row -> lines.add(line(row, widest)));
                String dots = rows.get(i).drawing().replace('*', ':').replace('|', ':');
                lines.add(line(new Row(dots, "… " + hidden + " more"), widest));
                i = end - shown;
            }
            end = Math.max(end, i + 1);
            rows.subList(i, end).forEach(row -> lines.add(line(row, widest)));
            i = end;
        }
        if (!lanes.isEmpty()) {
            char[] open = straight();
            Arrays.fill(open, ' ');
            for (int lane = 0; lane < lanes.size(); lane++) {
                open[2 * lane] = ':';
            }
            lines.add(new String(open).stripTrailing());
        }
        return lines;
    }

    private static boolean isLike(Row row, Row first) {
        return !row.label().isEmpty()
                && !first.label().isEmpty()
                && row.drawing().length() == first.drawing().length();
    }

    private static String line(Row row, int widest) {
        if (row.label().isEmpty()) {
            return row.drawing().stripTrailing();
        }
        String line = row.drawing() + " ".repeat(widest - row.drawing().length()) + " " + row.label();
        return line.length() <= WIDTH ? line : line.substring(0, WIDTH - 1) + "…";
    }

    /** Brings all lanes that lead to an event together in the leftmost of them. */
    private void join(String id) {
        int target = lanes.indexOf(id);
        for (int source = lanes.lastIndexOf(id); source > target; source = lanes.lastIndexOf(id)) {
            char[] drawing = straight();
            Arrays.fill(drawing, 2 * source, drawing.length, ' ');
            for (int lane = source; lane < lanes.size(); lane++) {
                drawing[2 * lane - 1] = '/';
            }
            rows.add(new Row(new String(drawing), ""));
            lanes.remove(source);
            // It crosses what lies between.
            for (int lane = source - 1; lane > target; lane--) {
                char[] crossing = straight();
                crossing[2 * lane - 1] = '/';
                rows.add(new Row(new String(crossing), ""));
            }
        }
    }

    private void end(int ended) {
        lanes.remove(ended);
        if (ended < lanes.size()) {
            char[] drawing = new char[2 * lanes.size() + 1];
            Arrays.fill(drawing, ' ');
            for (int lane = 0; lane < lanes.size(); lane++) {
                drawing[lane < ended ? 2 * lane : 2 * lane + 1] = lane < ended ? '|' : '/';
            }
            rows.add(new Row(new String(drawing), ""));
        }
    }

    private void fork(int inserted, String parent) {
        char[] drawing = new char[2 * lanes.size() + 1];
        Arrays.fill(drawing, ' ');
        for (int lane = 0; lane < lanes.size(); lane++) {
            if (lane < inserted) {
                drawing[2 * lane] = '|';
            }
            if (lane >= inserted - 1) {
                drawing[2 * lane + 1] = '\\';
            }
        }
        rows.add(new Row(new String(drawing), ""));
        lanes.add(inserted, parent);
    }

    private char[] straight() {
        char[] drawing = new char[Math.max(1, 2 * lanes.size() - 1)];
        Arrays.fill(drawing, ' ');
        for (int lane = 0; lane < lanes.size(); lane++) {
            drawing[2 * lane] = '|';
        }
        return drawing;
    }
}
