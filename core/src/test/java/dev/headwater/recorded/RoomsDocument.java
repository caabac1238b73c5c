package dev.headwater.recorded;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The tables of {@code docs/rooms.md}, which tests keep true. */
final class RoomsDocument {
    private RoomsDocument() {}

    /** The first table under a heading: room to column to cell, without code marks and thousands commas. */
    static Map<String, Map<String, String>> table(String heading) {
        List<List<String>> rows = new String(
                        RecordedRooms.bytes(RecordedRooms.path("docs/rooms.md")), StandardCharsets.UTF_8)
                .lines()
                .dropWhile(line -> !line.equals("## " + heading))
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .map(RoomsDocument::cells)
                .toList();
        Map<String, Map<String, String>> table = new LinkedHashMap<>();
        for (List<String> row : rows.subList(2, rows.size())) {
            Map<String, String> cells = new LinkedHashMap<>();
            for (int i = 1; i < row.size(); i++) {
                cells.put(rows.get(0).get(i), row.get(i));
            }
            table.put(row.get(0), cells);
        }
        return table;
    }

    private static List<String> cells(String line) {
        return Stream.of(line.substring(1, line.lastIndexOf('|')).split("\\|", -1))
                .map(cell -> cell.strip().replace("`", "").replaceAll("(?<=\\d),(?=\\d{3})", ""))
                .toList();
    }
}
