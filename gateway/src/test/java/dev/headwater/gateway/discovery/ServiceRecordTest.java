package dev.headwater.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ServiceRecordTest {
    @Test
    void lowerPrioritiesComeFirstWhateverTheirWeight() {
        List<ServiceRecord> records = List.of(
                new ServiceRecord(20, 60_000, 1, "c"),
                new ServiceRecord(0, 0, 1, "a"),
                new ServiceRecord(10, 0, 1, "b"));

        for (int seed = 0; seed < 100; seed++) {
            assertThat(targets(ServiceRecord.order(records, new Random(seed)))).containsExactly("a", "b", "c");
        }
    }

    @Test
    void aWeightIsAChance() {
        List<ServiceRecord> records = List.of(
                new ServiceRecord(1, 10, 1, "ten"),
                new ServiceRecord(1, 30, 1, "thirty"),
                new ServiceRecord(1, 0, 1, "none"));
        Random random = new Random(7);
        List<String> first = new ArrayList<>();
        for (int i = 0; i < 4100; i++) {
            List<ServiceRecord> ordered = ServiceRecord.order(records, random);
            assertThat(targets(ordered)).containsExactlyInAnyOrder("ten", "thirty", "none");
            first.add(ordered.get(0).target());
        }

        assertThat(first.stream().filter("thirty"::equals).count()).isBetween(2800L, 3200L);
        assertThat(first.stream().filter("ten"::equals).count()).isBetween(850L, 1150L);
        assertThat(first.stream().filter("none"::equals).count()).isBetween(50L, 200L);
    }

    @Test
    void theHeaviestFitTogether() {
        List<ServiceRecord> records = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            records.add(new ServiceRecord(65_535, 65_535, i, "t" + i));
        }

        assertThat(ServiceRecord.order(records, new Random(1))).containsExactlyInAnyOrderElementsOf(records);
        assertThat(ServiceRecord.order(List.of(), new Random(1))).isEmpty();
    }

    private static List<String> targets(List<ServiceRecord> records) {
        return records.stream().map(ServiceRecord::target).toList();
    }
}
