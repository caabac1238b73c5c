package dev.headwater.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryGraphTest {
    private final HistoryGraph graph = new HistoryGraph();

    @Test
    void drawsALine() {
        graph.add("b", List.of("a"), "b");
        graph.add("a", List.of(), "a");

        assertThat(graph.lines()).containsExactly("* b", "* a");
    }

    @Test
    void drawsAForkAndItsMerge() {
        graph.add("m", List.of("l", "r"), "merge");
        graph.add("r", List.of("b"), "right");
        graph.add("l", List.of("b"), "left");
        graph.add("b", List.of("a"), "base");

        assertThat(graph.lines())
                .containsExactly(
                        "*   merge", //
                        "|\\",
                        "| * right",
                        "* | left",
                        "|/",
                        "*   base",
                        ":");
    }

    @Test
    void drawsThreeParentsAndALaneThatCrosses() {
        graph.add("m", List.of("x", "y", "z"), "m");
        graph.add("z", List.of("x"), "z");
        graph.add("x", List.of("o"), "x");
        graph.add("y", List.of("o"), "y");
        graph.add("o", List.of(), "o");

        assertThat(graph.lines())
                .containsExactly(
                        "*     m", //
                        "|\\", "| |\\", "| | * z", "| |/", "|/|", "* |   x", "| *   y", "|/", "*     o");
    }

    @Test
    void drawsSeveralTipsAndAnEnd() {
        graph.add("a", List.of(), "a");
        graph.add("b", List.of("c"), "b");
        graph.add("d", List.of(), "d");
        graph.add("c", List.of(), "c");

        assertThat(graph.lines()).containsExactly("*   a", "*   b", "| * d", "*   c");
    }

    @Test
    void shortensLongStretches() {
        for (int i = 20; i > 0; i--) {
            graph.add("e" + i, List.of("e" + (i - 1)), "e" + i);
        }

        assertThat(graph.lines())
                .containsExactly("* e20", "* e19", "* e18", ": … 14 more", "* e3", "* e2", "* e1", ":");
    }

    @Test
    void staysWithinEightyColumns() {
        graph.add("a", List.of(), "x".repeat(100));

        assertThat(graph.lines()).singleElement().asString().hasSize(80).endsWith("x…");
    }
}
