package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.EventId;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ImportOrderTest {
    private final ImportOrder order = new ImportOrder();

    @Test
    void putsParentsFirstWhateverTheirOrderAndDepth() {
        add("c", 1, 0, "b");
        add("a", 900, 1);
        add("b", 5, 2, "a", "absent");

        assertThat(order.positions()).containsExactly(1, 2, 0);
    }

    @Test
    void keepsTheOrderOfTheFileAmongEquals() {
        add("x", 3, 10);
        add("y", 3, 20);
        add("w", 2, 30);

        assertThat(order.positions()).containsExactly(30, 10, 20);
    }

    @Test
    void givesEveryLineOfACycleAndOfARepetition() {
        add("a", 1, 1, "b");
        add("b", 2, 2, "a");
        add("s", 3, 3, "s");
        add("a", 1, 4, "b");

        assertThat(order.positions()).containsExactlyInAnyOrder(1, 2, 3, 4);
    }

    @Test
    void ordersALongChainFromAnyShuffle() {
        int count = 10_000;
        int[] shuffled = new Random(7).ints(0, count).distinct().limit(count).toArray();
        for (int i : shuffled) {
            add("e" + i, 9_007_199_254_740_991L, i, "e" + (i - 1));
        }

        assertThat(order.positions()).containsExactly(LongStream.range(0, count).toArray());
    }

    private void add(String id, long depth, long position, String... prevEvents) {
        order.add(
                new EventId("$" + id),
                depth,
                Stream.of(prevEvents).map(name -> new EventId("$" + name)).toList(),
                position);
    }
}
