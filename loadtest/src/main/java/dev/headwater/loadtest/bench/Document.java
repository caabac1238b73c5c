package dev.headwater.loadtest.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Markdown file with places for what the bench measures: whatever stands between {@code <!-- bench NAME -->} and
 * {@code <!-- end NAME -->} is replaced. Charts go beside it, into a directory of the file's name.
 */
final class Document {
    private final Path file;

    Document(Path file) {
        this.file = file;
    }

    /**
     * @param run the command and the machine, in a sentence
     * @throws IOException also if the file has no place for the section
     */
    void put(Section section, String run) throws IOException {
        String begin = "<!-- bench " + section.name() + " -->";
        String end = "<!-- end " + section.name() + " -->";
        String text = Files.readString(file);
        int from = text.indexOf(begin);
        int to = text.indexOf(end);
        if (from < 0 || to < from) {
            throw new IOException(file + " has no '" + begin + "' before an '" + end + "'");
        }
        StringBuilder between = new StringBuilder("\n").append(run).append(' ').append(section.markdown());
        Chart chart = section.chart();
        if (chart != null) {
            String directory = file.getFileName().toString().replaceFirst("\\.md$", "");
            String name = section.name() + ".svg";
            Path charts = file.resolveSibling(directory);
            Files.createDirectories(charts);
            Files.writeString(charts.resolve(name), chart.svg());
            between.append("\n![%s](%s/%s)%n".formatted(chart.title(), directory, name));
        }
        Files.writeString(file, text.substring(0, from) + begin + between + text.substring(to));
    }

    /** A command's arguments in one line, without those that name this file: how to repeat it. */
    String without(List<String> arguments) {
        return arguments.stream()
                .filter(argument -> !argument.startsWith("--document") && !argument.equals(file.toString()))
                .collect(Collectors.joining(" "));
    }
}
