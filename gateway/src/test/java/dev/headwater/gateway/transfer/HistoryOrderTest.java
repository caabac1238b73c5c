package dev.headwater.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headwater.id.EventId;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HistoryOrderTest {
    private final HistoryOrder order = new HistoryOrder();

    @Test
    void putsParentsFirstWhateverTheirOrderAndDepth() {
        add("c", 1, 0, "b");
        add("a", 900, 1);
        add("b", 5, 2, "a", "absent");

        assertThat(order.positions()).containsExactly(1, 2, 0);
    }

    @Test
    void breaksTiesByTimeAndThenById() {
        order.add(new EventId("$x"), 3, 500, List.of(), 10);
        order.add(new EventId("$a"), 3, 600, List.of(), 20);
        order.add(new EventId("$é"), 3, 400, List.of(), 30);
        order.add(new EventId("$y"), 3, 400, List.of(), 40);
        order.add(new EventId("$abcdefghij"), 2, 0, List.of(), 50);

        assertThat(order.positions()).containsExactly(50, 40, 30, 10, 20);
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
                0,
                Stream.of(prevEvents).map(name -> new EventId("$" + name)).toList(),
                position);
    }
}
